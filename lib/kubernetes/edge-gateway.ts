import { type Edge, Mistake } from '../topology';
import type { Capability } from './capability';
import type { TopologyChart } from './chart';
import type { Labels } from './target';

/** What serves the edges of a topology inside the cluster. */
export abstract class EdgeGateway {
  /** How messages call it. */
  abstract readonly name: string;
  /** What it can do. What an edge asks beyond this is an error. */
  abstract readonly capabilities: readonly Capability[];
  /** The port on which its pods answer `GET` of {@link readinessPath} once they are ready. */
  abstract readonly readinessPort: number;
  /** The path of the readiness probe of its pods. */
  abstract readonly readinessPath: string;

  /** The namespaces of its control plane: no workload of a topology can be in them. */
  reservedNamespaces(): readonly string[] {
    return [];
  }

  /** The namespace of the pods that serve an edge. */
  abstract namespaceOf(edge: Edge): string;

  /** The labels by which the pods that serve an edge are found. */
  abstract labelsOf(edge: Edge): Labels;

  /** The ports on which these pods listen. */
  abstract portsOf(edge: Edge): number[];

  /** The port on which these pods take requests: over TLS if the edge has it. */
  abstract requestPortOf(edge: Edge): number;

  /** The name of the Service in front of them. */
  abstract serviceNameOf(edge: Edge): string;

  /** Adds its resources to the chart, which has the workloads. */
  abstract render(chart: TopologyChart): void;

  /**
   * The type of the Service in front of the pods. Behind a managed API it is no load balancer, which clients could connect to without the API.
   * @param declared the type for all edges, if one was declared
   */
  protected serviceTypeOf(edge: Edge, declared?: string): string {
    if (!edge.managed) {
      return declared ?? 'LoadBalancer';
    }
    if (declared === 'LoadBalancer') {
      throw new Mistake({
        code: 'Contradiction',
        where: edge.path,
        problem: `The edge is behind a managed API, and ${this.name} is declared with a load balancer of its own, where clients would bypass the API.`,
        remedy: 'Leave the type of the Service out: edges with `managed: true` get a ClusterIP, others a load balancer.',
      });
    }
    return declared ?? 'ClusterIP';
  }
}
