import type { Deployment } from 'cdk8s-plus-27';
import type { Construct, IConstruct } from 'constructs';
import type { Member, Service, Topology } from '../topology';

/** Labels of a Kubernetes object. */
export interface Labels {
  /** The value of each label. */
  readonly [label: string]: string;
}

/** The chart of a topology as what is rendered into it refers to it. */
export interface ITopologyChart extends IConstruct {
  /** The topology that the chart renders. */
  readonly topology: Topology;
  /** The construct that is the scope of all objects of a service, an edge or a gateway. */
  scopeOf(item: Member): Construct;
  /** The construct that is the scope of the objects of a whole namespace. */
  scopeOfNamespace(name: string): Construct;
  /** The Deployment of a version; of the first one by default. */
  deployment(service: Service, version?: string): Deployment;
}
