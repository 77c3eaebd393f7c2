import type { Capability } from './capabilities';
import { type Labels, type SystemConnections, Target } from './target';

/** Plain Kubernetes: workloads, and NetworkPolicies that let through the declared calls. The simple start, and enough for most small systems. */
export class NoMesh extends Target {
  readonly name = 'plain Kubernetes without a mesh';
  readonly capabilities: readonly Capability[] = [];
  readonly gatewayReadinessPort = 80;
  readonly mutualTls = false;

  namespaceLabels(): Labels {
    return {};
  }

  podLabels(): Labels {
    return {};
  }

  gatewayLabels(): Labels {
    return {};
  }

  gatewayPorts(): number[] {
    return [];
  }

  gatewayServiceName(edge: string): string {
    return edge;
  }

  systemConnections(): SystemConnections {
    return { ingress: [], egress: [] };
  }

  render(): void {
    // Services and NetworkPolicies are all there is.
  }
}
