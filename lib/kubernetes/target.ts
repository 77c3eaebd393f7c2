import type { k8s } from 'cdk8s-plus-27';
import type { Callee, Capability, Edge, IService, ProxyProps, Service } from '../topology';
import type { EdgeGateway } from './edge-gateway';
import type { ITopologyChart, Labels } from './topology-chart';

/** The connections of the mesh itself in every pod, as rules of a NetworkPolicy. */
export interface SystemConnections {
  /** Connections to each pod, such as those that scrape metrics. */
  readonly ingress: k8s.NetworkPolicyIngressRule[];
  /** Connections from each pod, such as those to the control plane. */
  readonly egress: k8s.NetworkPolicyEgressRule[];
}

/** The pods of a proxy that connections to services pass. */
export interface ProxyPods {
  /** The name of their Deployment. */
  readonly name: string;
  /** The namespace of the pods. */
  readonly namespace: string;
  /** The labels of the pods. */
  readonly labels: Labels;
}

/** The tunnel in which a mesh carries connections between pods, as NetworkPolicies see it. */
export interface Tunnel {
  /** The port at which pods and proxies accept the tunnel, in place of the ports inside of it. */
  readonly port: number;
  /**
   * Whether connections to the pods of a service, or to an external service, are carried in the tunnel.
   * @param caller the service in the mesh that opens them; undefined for gateways and proxies
   */
  carriesTo(callee: Callee, caller?: IService): boolean;
  /** Whether the pods of a service accept the tunnel besides connections to their ports, as the caller has it. */
  acceptsBoth(service: Service): boolean;
  /**
   * The proxy that connections to a callee pass first; undefined if callers connect to its pods.
   * @param from the edge whose gateway opens the connections, or the caller; undefined for any caller with a tunnel
   */
  proxyBefore(callee: Callee, from?: Edge | IService): ProxyPods | undefined;
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
  abstract namespaceLabels(namespace: string): Labels;

  /** The annotations that add a namespace to the mesh. */
  namespaceAnnotations(): Labels {
    return {};
  }

  /** The annotations of the pods of an edge's gateway that the mesh reads; of an Istio gateway the mesh has its own. */
  gatewayAnnotations(edge: Edge): Labels {
    void edge;
    return {};
  }

  /** The labels that add a service's pods to the mesh or exclude them. */
  abstract podLabels(service: Service): Labels;

  /** The annotations of a service's pods that its mesh reads. */
  abstract podAnnotations(service: Service): Labels;

  /** The annotations of pods with the settings of their proxy. */
  abstract proxyAnnotations(proxy: ProxyProps): Labels;

  /** What the controller of a progressive rollout changes to divide requests: `trafficRouting` of a Rollout. */
  trafficRouting(service: Service): object | undefined {
    void service;
    return undefined;
  }

  /**
   * The namespaces of its control plane, and those whose policies apply to the whole mesh: no workload of a topology
   * can be in them.
   */
  reservedNamespaces(): readonly string[] {
    return [];
  }

  /** The connections that its proxies need besides the declared calls. */
  abstract systemConnections(): SystemConnections;

  /** The tunnel that carries connections between pods; undefined if they connect to the ports of each other. */
  tunnel(): Tunnel | undefined {
    return undefined;
  }

  /** Adds the target's own resources to the chart, after the workloads. */
  abstract render(chart: ITopologyChart): void;
}

/**
 * Whether the proxy of a service must be a native sidecar: as a container beside others it would keep a Job from
 * completing, and connections of init containers would not pass it.
 */
export function needsNativeSidecar({ workloadKind, versions }: Service): boolean {
  const hasInitContainers = [...versions.values()].some(({ workload }) => (workload.initContainers ?? []).length > 0);
  return workloadKind.runsToCompletion || hasInitContainers;
}
