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
  type Labels,
  PathOrder,
  renderCertificate,
  renderEdgeRoutes,
  requirementsOf,
  type TopologyChart,
  type Tracing,
} from '../kubernetes';
import { type Edge, type EdgeRule, FailureMode, ValidationError } from '../topology';
import { renderBackendProtocols } from './backend-protocols';
import { limitsOf, rejectSharedHeaders } from './client-headers';
import { renderClientPolicy } from './client-policy';
import { rejectUnmatchable } from './unmatchable-paths';
import { rejectSeveralLogins } from './login';
import { renderProxy } from './proxy';
import { renderRetries } from './retries';
import { measuredServices, renderSlos } from './slos';
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
  /** The container port of the metrics. */
  override readonly metricsPort = 19_001;
  /** The container port of the readiness probe. */
  readonly readinessPort = 19_003;
  /** The path of the readiness probe. */
  readonly readinessPath = '/ready';

  constructor(private readonly props: EnvoyGatewayProps = {}) {
    super();
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
      this.requireKept(edge);
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

  /** Throws for settings that only the installation of Envoy Gateway can have, or that it does not support. */
  private requireKept(edge: Edge): void {
    rejectSharedHeaders(edge);
    edge.rules.forEach(rejectUnmatchable);
    rejectSeveralLogins(edge);
    const answer = this.props.failClosed ? FailureMode.FAIL_CLOSED : FailureMode.FAIL_OPEN;
    if (limitsOf(edge).some(({ failureMode }) => failureMode !== answer)) {
      throw new ValidationError({
        code: 'FixedByInstallation',
        path: edge.path,
        summary:
          `While requests cannot be counted, this installation of Envoy Gateway would ${answer} them, but `
          + 'the edge declares the opposite.',
        fix:
          'Set `rateLimit.failClosed` in the configuration of Envoy Gateway and the same value as '
          + '`failClosed` here, or change the limit.',
      });
    }
    const nested = limitsOf(edge).find(({ client: { kind, name } }) => kind === 'claim' && name.includes('.'));
    if (nested) {
      throw new ValidationError({
        code: 'NestedClaim',
        path: edge.path,
        summary: `Envoy Gateway reads "${nested.client.name}" as a nested claim, so clients would not be counted.`,
        fix: 'Identify clients by a claim without "." in its name.',
      });
    }
    if (edge.connections.length > 0 && (edge.allowedCidrs ?? edge.deniedCidrs)) {
      throw new ValidationError({
        code: 'Contradiction',
        path: edge.path,
        summary: 'Envoy Gateway compares the addresses of requests only, so any address could connect.',
        fix: 'Declare another edge for connections, or remove the lists of addresses.',
      });
    }
    const byClient = edge.rules.find(({ auth: { token } }) => token?.clientIdAsAudience);
    if (byClient) {
      throw new ValidationError({
        code: 'NoClientIds',
        path: `${edge.path}/${byClient.operation.toString()}`,
        summary: 'Envoy Gateway has no condition for tokens without `aud`, so `client_id` cannot replace it.',
        fix: "Use Istio's gateway, or configure the issuer to set `aud` in its tokens.",
      });
    }
    const keyless = edge.rules.find(
      ({ auth: { token } }) => token && token.jwks === undefined && token.jwksUri === undefined,
    );
    if (keyless) {
      throw new ValidationError({
        code: 'NoKeys',
        path: `${edge.path}/${keyless.operation.toString()}`,
        summary:
          `The token of the route has neither \`jwksUri\` nor \`jwks\`, and Envoy Gateway does not `
          + `discover the keys of ${keyless.auth.token?.issuer}.`,
        fix: 'Set `jwksUri`, the URL of the keys, or `jwks`, the keys themselves.',
      });
    }
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
