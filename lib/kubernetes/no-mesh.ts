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
  readonly name = 'plain Kubernetes without a mesh';
  readonly capabilities: readonly Capability[] = [];
  readonly gateway: EdgeGateway | undefined;
  readonly mutualTls = false;

  constructor({ gateway }: NoMeshProps = {}) {
    super();
    this.gateway = gateway;
  }

  namespaceLabels(): Labels {
    return {};
  }

  podLabels(): Labels {
    return {};
  }

  systemConnections(): SystemConnections {
    return { ingress: [], egress: [] };
  }

  render(): void {
    // Services and NetworkPolicies are all there is.
  }
}
