import type { k8s } from 'cdk8s-plus-27';
import type { Service } from '../topology';
import type { Capability } from './capability';
import type { TopologyChart } from './chart';
import type { EdgeGateway } from './edge-gateway';

/** Labels of a Kubernetes object. */
export interface Labels {
  /** The value of each label. */
  readonly [label: string]: string;
}

/** Connections that a mesh makes by itself, in every pod, as rules of a NetworkPolicy. */
export interface SystemConnections {
  /** Connections to each pod, such as those that scrape metrics. */
  readonly ingress: k8s.NetworkPolicyIngressRule[];
  /** Connections from each pod, such as those to the control plane. */
  readonly egress: k8s.NetworkPolicyEgressRule[];
}

/** What keeps the promises of a topology in the cluster: a mesh, or plain Kubernetes, and what serves its edges. */
export abstract class Target {
  /** How messages call it. */
  abstract readonly name: string;
  /** What it can do between services. What a topology asks beyond this is an error. */
  abstract readonly capabilities: readonly Capability[];
  /** What serves the edges; undefined if nothing does. */
  abstract readonly gateway: EdgeGateway | undefined;

  /** Whether callees in the mesh take nothing but mutual TLS, so that a caller without a proxy is refused. */
  abstract readonly mutualTls: boolean;

  /** The labels by which a namespace joins the mesh. */
  abstract namespaceLabels(): Labels;

  /** The labels by which a service's pods join the mesh or stay out. */
  abstract podLabels(service: Service): Labels;

  /** The namespaces of its control plane, and those whose policies hold everywhere: no workload of a topology can be in them. */
  reservedNamespaces(): readonly string[] {
    return [];
  }

  /** What its proxies need of the network beside the declared calls. */
  abstract systemConnections(): SystemConnections;

  /** Adds the target's own resources to the chart, which has the workloads. */
  abstract render(chart: TopologyChart): void;
}
