import type { Capability } from './capability';
import type { EdgeGateway } from './edge-gateway';
import { type Labels, type SystemConnections, Target } from './target';

/** How plain Kubernetes is used. */
export interface NoMeshProps {
  /**
   * What serves the edges.
   * @default - nothing: a topology with edges is refused
   */
  readonly gateway?: EdgeGateway;
}

/** Plain Kubernetes: workloads, and NetworkPolicies that let through the declared calls. The simple start, and enough for most small systems. */
export class NoMesh extends Target {
  /** The name of the target in messages. */
  readonly name = 'plain Kubernetes without a mesh';
  /** The features between services that need a mesh: none of them is rendered. */
  readonly capabilities: readonly Capability[] = [];
  /** What serves the edges; undefined for nothing. */
  readonly gateway: EdgeGateway | undefined;
  /** Connections are plain: no caller has to prove its identity. */
  readonly mutualTls = false;

  constructor({ gateway }: NoMeshProps = {}) {
    super();
    this.gateway = gateway;
  }

  /** Namespaces need no label. */
  namespaceLabels(): Labels {
    return {};
  }

  /** Pods need no further labels. */
  podLabels(): Labels {
    return {};
  }

  /** No proxies, so no connections of theirs. */
  systemConnections(): SystemConnections {
    return { ingress: [], egress: [] };
  }

  /** Adds nothing: the chart has the Services and NetworkPolicies already. */
  render(): void {
    // Services and NetworkPolicies are all there is.
  }
}
