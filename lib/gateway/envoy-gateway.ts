import type { Construct } from 'constructs';
import { accountByEnvoyGateway } from '../checks';
import {
  Capability,
  EdgeGateway,
  edgesBeside,
  gatewayListeners,
  leadOf,
  listenerPorts,
  renderBackendTls,
  renderConnectionRoutes,
  Gateway,
  grouped,
  hasGrpc,
  type Labels,
  PathOrder,
  renderCertificate,
  renderEdgeRoutes,
  requirementsOf,
  type RequestSeries,
  type TopologyChart,
  type Tracing,
} from '../kubernetes';
import {
  type Edge,
  type EdgeRule,
  requireArguments,
  requireDnsSubdomain,
  requireNamespaceName,
  type Service,
} from '../topology';
import { renderBackendProtocols } from './backend-protocols';
import { renderClientPolicy } from './client-policy';
import { requireInstallable } from './installable';
import { renderProxy } from './proxy';
import { renderRetries } from './retries';
import { measuredServices, renderSlos, requestSeries } from './slos';
import { renderSecurityPolicy } from './security-policy';
import { renderTrafficPolicy } from './traffic-policy';
import { renderTranslation } from './translation';

/** The type of the Service in front of the proxies. */
export enum EnvoyService {
  /** The cloud provider creates a load balancer. */
  LOAD_BALANCER = 'LoadBalancer',
  /** An existing load balancer is bound to the pods, e.g. by a TargetGroupBinding. */
  CLUSTER_IP = 'ClusterIP',
}

/** Settings of the Envoy Gateway installation and its proxies. */
export interface EnvoyGatewayProps {
  /**
   * The name of its GatewayClass.
   * @default eg
   */
  readonly gatewayClass?: string;
  /**
   * The namespace in which it runs its proxies.
   * @default envoy-gateway-system
   */
  readonly namespace?: string;
  /** @default - a load balancer; a ClusterIP for edges with a `front` that connects to the pods */
  readonly service?: EnvoyService;
  /**
   * Whether its configuration sets `rateLimit.failClosed`, so that requests are denied while they cannot be counted.
   * @default false
   */
  readonly failClosed?: boolean;
  /**
   * The tracing backend.
   * @default - no traces
   */
  readonly tracing?: Tracing;
  /**
   * Labels of the objects that monitor services with objectives: PrometheusRules and PodMonitors, by which a Prometheus
   * selects them, e.g. `{ release: 'kube-prometheus-stack' }`.
   * @default - none
   * @see https://prometheus-operator.dev/docs/developer/getting-started/#using-podmonitors
   */
  readonly monitoringLabels?: Labels;
}

/** The offset of container ports for listeners with ports below 1024. */
const SHIFT = 10_000;

/**
 * Envoy Gateway: for each edge a Gateway with its HTTPRoutes and Envoy Gateway's own policies. Its installation must
 * have a Redis for per-client rate limits, and EnvoyPatchPolicies enabled for transcoding.
 * @see https://gateway.envoyproxy.io/docs/
 */
export class EnvoyGateway extends EdgeGateway {
  /** The name of the gateway in messages. */
  readonly name = 'Envoy Gateway';
  /** The features of an edge that this gateway supports; any other is an error at synthesis. */
  readonly capabilities = [
    Capability.EDGES,
    Capability.REDIRECTS,
    Capability.REQUEST_MATCHES,
    Capability.REWRITES,
    Capability.HEADER_CHANGES,
    Capability.TOKENS,
    Capability.EXTERNAL_AUTHORIZATION,
    Capability.CONNECTIONS,
    Capability.BACKEND_TLS,
    Capability.API_KEYS,
    Capability.LOGIN,
    Capability.RATE_LIMITS,
    Capability.PER_CLIENT_RATE_LIMITS,
    Capability.CORS,
    Capability.CLIENT_CERTIFICATES,
    Capability.TRANSLATION,
    Capability.RETRIES,
  ];
  /** It counts the requests to the services of its routes, those that fail before they arrive too. */
  override readonly measuresObjectives = true;
  /**
   * Why its metrics do not measure the objectives of gRPC services, in messages.
   * @internal
   * @see https://github.com/envoyproxy/gateway/blob/v1.9.1/internal/gatewayapi/route.go
   */
  override readonly unmeasuredGrpc =
    'of a service without ready pods its response to gRPC has the HTTP status 200, which none of its metrics counts as a '
    + 'failure';
  /** The container port of the metrics. */
  override readonly metricsPort = 19_001;
  /** The container port of the readiness probe. */
  readonly readinessPort = 19_003;
  /** The path of the readiness probe. */
  readonly readinessPath = '/ready';

  constructor(private readonly props: EnvoyGatewayProps = {}) {
    super();
    requireArguments('new.EnvoyGateway', [props]);
    if (props.namespace !== undefined) {
      requireNamespaceName('EnvoyGateway', props.namespace);
    }
    if (props.gatewayClass !== undefined) {
      requireDnsSubdomain('EnvoyGateway', 'a GatewayClass', props.gatewayClass);
    }
  }

  /** The namespace of Envoy Gateway: no workload of a topology can be in it. */
  override reservedNamespaces(): readonly string[] {
    return [this.namespaceOf()];
  }

  /** The namespace of the proxies: that of Envoy Gateway, not that of the edge. */
  namespaceOf(): string {
    return this.props.namespace ?? 'envoy-gateway-system';
  }

  /** The labels that Envoy Gateway sets on the proxies of an edge. */
  labelsOf({ gatewayName, namespace }: Edge): Labels {
    return {
      'gateway.envoyproxy.io/owning-gateway-name': gatewayName,
      'gateway.envoyproxy.io/owning-gateway-namespace': namespace,
    };
  }

  /** The container ports of the proxies: 10080, with TLS also 10443, those for connections, and the readiness port. */
  portsOf(edge: Edge): number[] {
    return [...listenerPorts(edge).map(port => (port < 1024 ? port + SHIFT : port)), this.readinessPort];
  }

  /** The container port for requests: 10443 with TLS, else 10080. */
  requestPortOf(edge: Edge): number {
    return (edge.tlsSecret ? 443 : 80) + SHIFT;
  }

  /** The name of the Service in front of the proxies: `NAMESPACE-EDGE`, or `NAMESPACE-GATEWAY` of a shared one. */
  serviceNameOf(edge: Edge): string {
    return `${edge.namespace}-${edge.gatewayName}`;
  }

  /** The name of the ServiceAccount that Envoy Gateway creates for the proxies, with a digest. */
  override serviceAccountOf({ namespace, gatewayName }: Edge): string {
    return accountByEnvoyGateway(namespace, gatewayName);
  }

  /**
   * The series of the requests of edges to a service; undefined for gRPC.
   * @internal
   */
  override requestSeriesOf(service: Service): RequestSeries | undefined {
    return hasGrpc(service) ? undefined : requestSeries(service);
  }

  /** Whether the Service is a ClusterIP, so that a load balancer of its own is bound to the pods. */
  override hasPodTargets(edge: Edge): boolean {
    return this.serviceOf(edge, this.props.service).type === 'ClusterIP';
  }

  /**
   * Adds for each edge a Gateway, its HTTPRoutes, and Envoy Gateway's policies; a shared Gateway once. Throws for a
   * limit that contradicts the installation.
   */
  render(chart: TopologyChart): void {
    for (const gateway of chart.topology.sharedGateways) {
      const lead = leadOf(gateway);
      this.renderGateway(chart.scopeOf(gateway), lead, chart.mesh.gatewayAnnotations(lead));
      renderClientPolicy(chart.scopeOf(gateway), lead);
    }
    for (const edge of chart.topology.edges) {
      requireInstallable(edge, this.props.failClosed ?? false);
      if (edge.gateway) {
        renderCertificate(chart.scopeOf(edge), edge);
      } else {
        this.renderGateway(chart.scopeOf(edge), edge, chart.mesh.gatewayAnnotations(edge));
      }
      const groups = groupsOf(edge);
      const routes = renderEdgeRoutes(chart, edge, groups, PathOrder.EXPRESSIONS_FIRST);
      routes.forEach((names, index) => {
        renderSecurityPolicy(chart, edge, groups[index] ?? [], names);
        renderRetries(chart, edge, groups[index] ?? [], names);
      });
      renderConnectionRoutes(chart, edge);
      renderTrafficPolicy(chart, edge, routes.flat());
      if (!edge.gateway) {
        renderClientPolicy(chart.scopeOf(edge), edge);
      }
      renderTranslation(chart, edge);
      renderBackendProtocols(chart, edge);
    }
    renderBackendTls(chart);
    renderSlos(chart, this, this.props.monitoringLabels ?? {});
  }

  private renderGateway(scope: Construct, edge: Edge, annotations: Labels): void {
    const { gatewayName: name, namespace } = edge;
    new Gateway(scope, 'gateway', {
      metadata: { name, namespace },
      spec: {
        gatewayClassName: this.props.gatewayClass ?? 'eg',
        infrastructure: {
          ...withAnnotations(edge.gatewayMetadata, annotations),
          parametersRef: { group: 'gateway.envoyproxy.io', kind: 'EnvoyProxy', name },
        },
        listeners: gatewayListeners(edge),
      },
    });
    if (!edge.gateway) {
      renderCertificate(scope, edge);
    }
    renderProxy(scope, edge, {
      serviceName: this.serviceNameOf(edge),
      service: this.serviceOf(edge, this.props.service),
      hasPodTargets: this.hasPodTargets(edge),
      tracing: this.props.tracing,
      areBackendsMeasured: edgesBeside(edge).some(each => measuredServices(each).length > 0),
    });
  }
}

/** The metadata of the gateway with the annotations of the mesh, if it has any. */
function withAnnotations(metadata: Edge['gatewayMetadata'], annotations: Labels): Edge['gatewayMetadata'] {
  return Object.keys(annotations).length > 0
    ? { ...metadata, annotations: { ...metadata?.annotations, ...annotations } }
    : metadata;
}

/** Routes and redirects with the same requirements share HTTPRoutes, to which a SecurityPolicy is attached. */
function groupsOf({ rules }: Edge): (readonly EdgeRule[])[] {
  return grouped(rules, rule => JSON.stringify(requirementsOf(rule)));
}
