import { type Capability, type Edge, FrontConnection, type Service, ValidationError } from '../topology';
import type { RequestSeries } from './request-series';
import { edgesBeside } from './shared-gateways';
import type { ITopologyChart, Labels } from './topology-chart';

/** The gateway that serves the edges of a topology in the cluster. */
export abstract class EdgeGateway {
  /** The name of the gateway in messages. */
  abstract readonly name: string;
  /** The features that the gateway supports. An edge that requires any other is an error. */
  abstract readonly capabilities: readonly Capability[];
  /** The port of the readiness probe of its pods. */
  abstract readonly readinessPort: number;
  /** The path of the readiness probe of its pods. */
  abstract readonly readinessPath: string;

  /** Whether its own metrics measure the objectives of services that only its routes lead to. */
  readonly measuresObjectives: boolean = false;
  /**
   * Why its metrics do not measure the objectives of gRPC services, in messages.
   * @internal
   */
  readonly unmeasuredGrpc?: string;
  /**
   * The port of the metrics of its pods, which Prometheus scrapes for objectives; undefined if the mesh allows that.
   */
  readonly metricsPort?: number;

  /** The namespaces of its control plane: no workload of a topology can be in them. */
  reservedNamespaces(): readonly string[] {
    return [];
  }

  /** The namespace of the pods that serve an edge. */
  abstract namespaceOf(edge: Edge): string;

  /** The labels that select the pods that serve an edge. */
  abstract labelsOf(edge: Edge): Labels;

  /** The ports on which these pods listen. */
  abstract portsOf(edge: Edge): number[];

  /** The port on which these pods accept requests: with TLS if the edge has a certificate. */
  abstract requestPortOf(edge: Edge): number;

  /** The name of the Service in front of them. */
  abstract serviceNameOf(edge: Edge): string;

  /** The name of the ServiceAccount that they run as: that of the Service by default. */
  serviceAccountOf(edge: Edge): string {
    return this.serviceNameOf(edge);
  }

  /**
   * Whether the pods are targets of a load balancer that is not that of their Service: it is bound to them, e.g. by a
   * TargetGroupBinding. These pods drain for longer than its deregistration delay.
   */
  hasPodTargets(edge: Edge): boolean {
    return edge.front?.connection === FrontConnection.PODS;
  }

  /**
   * The series of its metrics that count the requests of edges to a service; undefined if they do not tell which failed.
   * @internal
   */
  requestSeriesOf(service: Service): RequestSeries | undefined {
    void service;
    return undefined;
  }

  /** Adds its resources to the chart, after the workloads. */
  abstract render(chart: ITopologyChart): void;

  /**
   * The Service in front of the pods. Behind a front that connects to the pods it is not a load balancer, since clients
   * could connect to it directly; behind one that connects to a load balancer, only the addresses of the front can.
   * @param declared the type for all edges, if one is declared
   */
  protected serviceOf(edge: Edge, declared?: string): GatewayServiceSpec {
    const { front, path } = edge;
    requireServiceName(edge, this.serviceNameOf(edge), this.name);
    if (!front) {
      edgesBeside(edge).forEach(each => {
        requireKnownAddresses(each, declared);
      });
      return { type: declared ?? 'LoadBalancer' };
    }
    if (front.connection === FrontConnection.LOAD_BALANCER) {
      const type = declared ?? 'LoadBalancer';
      return type === 'LoadBalancer' && front.addresses
        ? // With the policy `Cluster`, nodes replace the source address, by which the NetworkPolicy allows the front.
          { type, loadBalancerSourceRanges: [...front.addresses], externalTrafficPolicy: 'Local' }
        : { type };
    }
    if (declared === 'LoadBalancer') {
      throw new ValidationError({
        code: 'Contradiction',
        path,
        summary:
          `The edge is behind ${front.name}, and ${this.name} is declared with its own load balancer, so `
          + 'clients could bypass the front.',
        fix:
          'Remove the type of the Service: edges with a `front` get a ClusterIP, others a load balancer. A front that '
          + 'connects to this load balancer declares `FrontConnection.LOAD_BALANCER`.',
      });
    }
    return { type: declared ?? 'ClusterIP' };
  }
}

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const LONGEST_NAME = 63;

function requireServiceName({ path, gateway }: Edge, name: string, implementation: string): void {
  if (name.length > LONGEST_NAME) {
    throw new ValidationError({
      code: 'InvalidName',
      path: gateway?.path ?? path,
      summary:
        `The Service of ${implementation} would be "${name}", which has ${name.length} characters, and the name of a `
        + `Service can have ${LONGEST_NAME}.`,
      fix: `Use a name that is shorter by ${name.length - LONGEST_NAME}.`,
    });
  }
}

/** A denied address would be allowed where the gateway sees the address of an existing load balancer instead. */
function requireKnownAddresses({ path, deniedCidrs, trustedProxies }: Edge, service?: string): void {
  if (service === 'ClusterIP' && deniedCidrs && !trustedProxies) {
    throw new ValidationError({
      code: 'UnknownClientAddress',
      path,
      summary:
        'An existing load balancer connects to the gateway, which could see the address of the load balancer '
        + 'instead of one of `deniedCidrs`, and allow the request.',
      fix: 'Declare the load balancer in `trustedProxies`, or list the addresses that are allowed in `allowedCidrs`.',
    });
  }
}

/** Fields of the Service in front of a gateway's pods. */
export interface GatewayServiceSpec {
  /** `ClusterIP` or `LoadBalancer`. */
  readonly type: string;
  /** The addresses that the load balancer allows; undefined for any. */
  readonly loadBalancerSourceRanges?: string[];
  /** `Local` where policies match the source address of connections. */
  readonly externalTrafficPolicy?: string;
}
