import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import {
  Capability,
  EdgeGateway,
  gatewayListeners,
  leadOf,
  listenerPorts,
  renderBackendTls,
  renderConnectionRoutes,
  Gateway,
  type GatewayServiceSpec,
  type Labels,
  PathOrder,
  Phase,
  renderCertificate,
  renderEdgeRoutes,
  type TopologyChart,
  toYaml,
} from '../kubernetes';
import { DRAIN, type Edge, requireArguments, type Route, type Service, ValidationError } from '../topology';
import { addressesOf, proxyConfigOf, renderAddressPolicy, tlsOptionsOf } from './edge-clients';
import { renderEdgeFilters, renderSharedFilters } from './edge-filters';
import { renderEdgePolicies } from './edge-policies';
import { scalingParameters } from './gateway-scaling';
import { rejectRemovedPrefixes } from './edge-redirects';
import { renderLimits } from './global-rate-limit';
import { hostBeside } from './host-beside';
import { perClientRateLimits } from './per-client-rate-limits';
import { DestinationRule } from './resources';
import { rejectUnshareable, renderSharedAuthentication } from './shared-gateway';
import { trafficPolicyOf } from './traffic-policy';

/** The type of the Service in front of a gateway. */
export enum GatewayService {
  /** The cloud provider creates a load balancer. */
  LOAD_BALANCER = 'LoadBalancer',
  /** An existing load balancer is bound to the pods, e.g. by a TargetGroupBinding. */
  CLUSTER_IP = 'ClusterIP',
}

/** @see https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio */
const READINESS = 15021;

/**
 * Istio's own gateway: for each edge a Gateway, for which istiod creates Deployment and Service, its routes, and its
 * policies.
 */
export class IstioIngress extends EdgeGateway {
  /** The name of the gateway in messages. */
  readonly name = "Istio's gateway";
  /** The features of an edge that this gateway supports; any other is an error at synthesis. */
  readonly capabilities = [
    Capability.EDGES,
    Capability.REDIRECTS,
    Capability.REQUEST_MATCHES,
    Capability.CLAIM_MATCHES,
    Capability.REWRITES,
    Capability.HEADER_CHANGES,
    Capability.TOKENS,
    Capability.EXTERNAL_AUTHORIZATION,
    Capability.CONNECTIONS,
    Capability.BACKEND_TLS,
    Capability.RATE_LIMITS,
    Capability.PER_CLIENT_RATE_LIMITS,
    Capability.CORS,
    Capability.CLIENT_CERTIFICATES,
    Capability.TRANSLATION,
    Capability.LOAD_BALANCING,
  ];
  /** The container port of the readiness probe. */
  readonly readinessPort = READINESS;
  /** The path of the readiness probe. */
  readonly readinessPath = '/healthz/ready';

  constructor(private readonly service?: GatewayService) {
    super();
    requireArguments('new.IstioIngress', [service]);
  }

  /** The namespace of the gateway's pods: that of the edge. */
  namespaceOf(edge: Edge): string {
    return edge.namespace;
  }

  /** The label that istiod sets on the gateway's pods. */
  labelsOf(edge: Edge): Labels {
    return { 'gateway.networking.k8s.io/gateway-name': edge.gatewayName };
  }

  /** The container ports of the pods: 80, with TLS also 443, those for connections, and the readiness port 15021. */
  portsOf(edge: Edge): number[] {
    return [...listenerPorts(edge), READINESS];
  }

  /** The container port for requests: 443 with TLS, else 80. */
  requestPortOf(edge: Edge): number {
    return edge.tlsSecret ? 443 : 80;
  }

  /** The name of the Service in front of the gateway's pods: `EDGE-istio`, or `GATEWAY-istio` of a shared one. */
  serviceNameOf(edge: Edge): string {
    return `${edge.gatewayName}-istio`;
  }

  /** Whether the Service is a ClusterIP, so that a load balancer of its own is bound to the pods. */
  override hasPodTargets(edge: Edge): boolean {
    return this.serviceOf(edge, this.service).type === 'ClusterIP';
  }

  /** Adds for each edge a Gateway, its routes, its policies and its EnvoyFilters; a shared Gateway once. */
  render(chart: TopologyChart): void {
    for (const gateway of chart.topology.sharedGateways) {
      const lead = leadOf(gateway);
      this.renderGateway(chart.scopeOf(gateway), lead);
      renderSharedAuthentication(chart.scopeOf(gateway), gateway);
      renderSharedFilters(chart.scopeOf(gateway), lead, this.labelsOf(lead));
    }
    for (const edge of chart.topology.edges) {
      rejectRemovedPrefixes(edge);
      rejectUnshareable(edge);
      if (edge.gateway) {
        renderCertificate(chart.scopeOf(edge), edge);
      } else {
        this.renderGateway(chart.scopeOf(edge), edge);
      }
      renderEdgeRoutes(chart, edge, [edge.rules], PathOrder.PREFIXES_FIRST);
      renderConnectionRoutes(chart, edge);
      renderVersionRules(chart, new Set([...edge.routes, ...edge.connections].map(route => route.service)));
      renderEdgePolicies(chart, edge);
      if (!edge.gateway) {
        renderAddressPolicy(chart.scopeOf(edge), edge);
        renderEdgeFilters(chart, edge, this.labelsOf(edge));
      }
    }
    renderLimits(
      chart,
      chart.topology.edges.flatMap(edge => perClientRateLimits(edge) ?? []),
    );
    renderBackendTls(chart, requireOutsideMesh);
  }

  private renderGateway(scope: Construct, edge: Edge): void {
    renderGateway(scope, this.serviceOf(edge, this.service), edge, this.hasPodTargets(edge));
  }
}

function renderGateway(scope: Construct, service: GatewayServiceSpec, edge: Edge, hasPodTargets: boolean): void {
  const { gatewayName: name, namespace, gatewayClientCa, gatewayMetadata = {} } = edge;
  new Gateway(scope, 'gateway', {
    metadata: { name, namespace },
    spec: {
      gatewayClassName: 'istio',
      infrastructure: {
        labels: {
          ...gatewayMetadata.labels,
          'app.kubernetes.io/name': name,
          'app.kubernetes.io/part-of': (edge.gateway ?? edge).topology.name,
        },
        annotations: gatewayMetadata.annotations,
        parametersRef: { group: '', kind: 'ConfigMap', name: parametersName(edge) },
      },
      listeners: gatewayListeners(edge, tlsOptionsOf(edge)),
      tls:
        gatewayClientCa === undefined
          ? undefined
          : {
              frontend: {
                default: {
                  validation: { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: gatewayClientCa }] },
                },
              },
            },
    },
  });
  if (!edge.gateway) {
    renderCertificate(scope, edge);
  }
  renderParameters(scope, service, edge, hasPodTargets);
}

/** istiod makes a DestinationRule of a BackendTLSPolicy, which applies to all callers, and to the Service as a whole. */
function requireOutsideMesh({ path, service, port }: Route): void {
  const reason = service.inMesh
    ? `${service.name} is in the mesh, whose proxies connect to it by mutual TLS`
    : service.incomingCalls.some(call => call.port === port)
      ? `${service.name} has callers in the topology, whose proxies would use TLS as well`
      : (service.circuitBreaker ?? service.loadBalancing)
        ? `${service.name} has a DestinationRule, which would be in conflict with that of \`backendTls\``
        : undefined;
  if (reason !== undefined) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `${reason}.`,
      fix: 'Remove `backendTls`, or route to a service with `inMesh: false` that has no callers, limits or load balancing.',
    });
  }
}

/** The Services of single versions get the circuit breaker and the load balancing of their service. */
export function renderVersionRules(chart: TopologyChart, services: Iterable<Service>): void {
  for (const service of services) {
    if (!service.routesByVersion || !(service.circuitBreaker || service.loadBalancing)) {
      continue;
    }
    for (const { name, deploymentName, replicas } of service.versions.values()) {
      const scope = chart.scopeOf(service);
      if (!scope.node.tryFindChild(`destination-rule-${name}`)) {
        new DestinationRule(scope, `destination-rule-${name}`, {
          metadata: { name: deploymentName, namespace: service.namespace },
          spec: {
            host: hostBeside(service, deploymentName),
            trafficPolicy: trafficPolicyOf(service, replicas),
          },
        });
      }
    }
  }
}

/**
 * The settings that istiod merges into the workload that it creates: its Service, more than one pod, and the time
 * that they drain.
 * @see https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#automated-deployment
 */
function renderParameters(scope: Construct, service: GatewayServiceSpec, edge: Edge, hasPodTargets: boolean): void {
  const place = new Construct(scope, 'infrastructure');
  const deployment = deploymentOf(edge, hasPodTargets);
  Phase.GATEWAYS.assignTo(place);
  new ApiObject(place, 'parameters', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: parametersName(edge), namespace: edge.namespace },
    data: {
      service: toYaml({ spec: { ...service, ...addressesOf(edge, service.type) } }),
      ...scalingParameters(),
      ...(deployment === undefined ? {} : { deployment }),
    },
  });
}

/**
 * The settings of the pods: those of their proxies, and for targets of a load balancer of its own the time in which they
 * serve after the hook, before connections are closed after their current requests. An annotation of the Gateway would
 * be one of the Service as well.
 */
function deploymentOf(edge: Edge, hasPodTargets: boolean): string | undefined {
  const annotations = proxyConfigOf(edge, hasPodTargets);
  const spec = hasPodTargets
    ? {
        terminationGracePeriodSeconds: DRAIN.grace,
        containers: [{ name: 'istio-proxy', lifecycle: { preStop: { sleep: { seconds: DRAIN.serving } } } }],
      }
    : undefined;
  return annotations && toYaml({ spec: { template: { metadata: { annotations }, ...(spec ? { spec } : {}) } } });
}

function parametersName(edge: Edge): string {
  return `${edge.gatewayName}-gateway`;
}
