import type { k8s } from 'cdk8s-plus-27';
import type { Capability, ProxyProps, Service } from '../topology';
import type { EdgeGateway } from './edge-gateway';
import type { ITopologyChart, Labels } from './topology-chart';

/** The connections of the mesh itself in every pod, as rules of a NetworkPolicy. */
export interface SystemConnections {
  /** Connections to each pod, such as those that scrape metrics. */
  readonly ingress: k8s.NetworkPolicyIngressRule[];
  /** Connections from each pod, such as those to the control plane. */
  readonly egress: k8s.NetworkPolicyEgressRule[];
}

/** Renders a topology to manifests: for a mesh or plain Kubernetes, with the gateway that serves its edges. */
export abstract class Target {
  /** The name of the target in messages. */
  abstract readonly name: string;
  /** The features between services that the target supports. A topology that requires any other is an error. */
  abstract readonly capabilities: readonly Capability[];
  /** The gateway that serves the edges; undefined if there is none. */
  abstract readonly gateway: EdgeGateway | undefined;

  /** Whether callees in the mesh accept only mutual TLS, so that a caller without a proxy is denied. */
  abstract readonly mutualTls: boolean;

  /** The labels that add a namespace to the mesh. */
  abstract namespaceLabels(): Labels;

  /** The labels that add a service's pods to the mesh or exclude them. */
  abstract podLabels(service: Service): Labels;

  /** The annotations of a service's pods that its mesh reads. */
  abstract podAnnotations(service: Service): Labels;

  /** The annotations of pods with the settings of their proxy. */
  abstract proxyAnnotations(proxy: ProxyProps): Labels;

  /**
   * The namespaces of its control plane, and those whose policies apply to the whole mesh: no workload of a topology
   * can be in them.
   */
  reservedNamespaces(): readonly string[] {
    return [];
  }

  /** The connections that its proxies need besides the declared calls. */
  abstract systemConnections(): SystemConnections;

  /** Adds the target's own resources to the chart, after the workloads. */
  abstract render(chart: ITopologyChart): void;
}
