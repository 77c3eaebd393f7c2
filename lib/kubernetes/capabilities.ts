import { Severity } from '../checks';
import type { SynthesisFinding } from '../checks/graph';
import {
  BY_FRONT_ALONE,
  type Call,
  callPolicyKey,
  Capability,
  type Edge,
  ExternalService,
  type Service,
  type Topology,
} from '../topology';
import { edgeDecidedBy, isRouted } from './edges-to';
import type { RequestSeries } from './request-series';
import { neededBy, OF_AGGREGATES, OF_CALLS, OF_EDGES, OF_REDIRECTS, OF_ROUTES, OF_SERVICES, when } from './needs';

/** The target or gateway that renders a part of a topology, and its capabilities. */
export interface FeatureProvider {
  readonly name: string;
  readonly capabilities: readonly Capability[];
}

/** The gateway that serves the edges. */
export interface GatewayFeatures extends FeatureProvider {
  /** Whether it measures the objectives of services that only its routes lead to. */
  readonly measuresObjectives?: boolean;
  /** Why it does not measure those of gRPC services. */
  readonly unmeasuredGrpc?: string;
  /** The series of the requests of edges to a service; undefined if it does not measure them. */
  requestSeriesOf?(service: Service): RequestSeries | undefined;
}

const CAPABILITIES = Object.values(Capability);

const NO_GATEWAY: GatewayFeatures = { name: 'a target without a gateway', capabilities: [] };

/** A feature that a part of the topology requires and the target or gateway that renders it does not support. */
export interface MissingFeature {
  readonly path: string;
  readonly capability: Capability;
  readonly provider: string;
}

/** The features that the topology requires and neither the target nor its gateway or a front supports. */
export function missingFeatures(
  topology: Topology,
  mesh: FeatureProvider,
  gateway: GatewayFeatures = NO_GATEWAY,
): MissingFeature[] {
  const aggregators = new Set(topology.edges.map(({ aggregator }) => aggregator));
  return [
    ...topology.services.flatMap(service => [
      ...missing(service.path, featuresOfService(service), withObjectives(mesh, gateway, topology, service)),
      ...service.outgoingCalls.flatMap(call =>
        missing(`${service.path} → ${call.callee.name}`, featuresOfCall(call, aggregators.has(service)), mesh),
      ),
    ]),
    ...topology.egressGateways.flatMap(({ path }) => missing(path, [Capability.EGRESS_GATEWAYS], mesh)),
    ...topology.edges.flatMap(edge => missing(edge.path, featuresOfEdge(edge), atEdge(edge, gateway))),
  ];
}

/** An error for each missing feature, and for each limit of clients that the gateway cannot tell apart. */
export function unsupportedFeatures(
  topology: Topology,
  mesh: FeatureProvider,
  gateway: GatewayFeatures = NO_GATEWAY,
): SynthesisFinding[] {
  return [
    ...missingFeatures(topology, mesh, gateway).map(({ path, capability, provider }): SynthesisFinding => ({
      id: 'TargetCannot',
      severity: Severity.ERROR,
      path,
      message: `It requires ${capability}, which ${provider} does not support.`,
      fix: fixFor(capability, gateway),
    })),
    ...topology.edges.flatMap(uncountableClients),
  ];
}

/** Each missing capability once, in the order of their declaration. */
function missing(
  path: string,
  needed: readonly Capability[],
  { name: provider, capabilities }: FeatureProvider,
): MissingFeature[] {
  const absent = needed.filter(each => !capabilities.includes(each));
  return absent.length === 0
    ? []
    : CAPABILITIES.filter(each => absent.includes(each)).map(capability => ({ path, capability, provider }));
}

/** The mesh, with objectives if the gateway measures all requests to the service. */
function withObjectives(
  mesh: FeatureProvider,
  gateway: GatewayFeatures,
  topology: Topology,
  service: Service,
): FeatureProvider {
  return isMeasuredByRoutes(topology, service, gateway)
    ? { name: mesh.name, capabilities: [...mesh.capabilities, Capability.SLO] }
    : mesh;
}

/** Whether all requests to a service come from routes of edges, and the metrics of their gateway tell which failed. */
export function isMeasuredByRoutes(topology: Topology, service: Service, gateway: GatewayFeatures): boolean {
  return (
    isRouted(topology, service)
    && edgeDecidedBy(topology, service) === undefined
    && service.incomingCalls.length === 0
    && service.allowedPeers.length === 0
    && gateway.requestSeriesOf?.(service) !== undefined
  );
}

function fixFor(capability: Capability, gateway: GatewayFeatures): string {
  if (capability === Capability.LOGIN) {
    return (
      'Use Envoy Gateway, or run the login in a service, such as oauth2-proxy, and declare it as `authorizer` of the edge: '
      + '`ExternalAuthorizer.of({ service })`.'
    );
  }
  if (capability === Capability.EGRESS_OPERATIONS) {
    return (
      'Call it through an egress gateway of Mesh.istio(), which enforces them: `topology.addEgressGateway(…)`; or choose a '
      + 'target that supports it, or remove `allowedOperations`.'
    );
  }
  if (capability === Capability.PROGRESSIVE_ROLLOUTS) {
    return 'Use Mesh.istio(), or declare two versions of the service and divide requests by `split`.';
  }
  if (capability === Capability.SLO && gateway.measuresObjectives) {
    return (
      `Use a mesh, or remove it. ${gateway.name} measures the objectives of services that only its routes lead to`
      + `${gateway.unmeasuredGrpc === undefined ? '' : `, and without gRPC: ${gateway.unmeasuredGrpc}`}.`
    );
  }
  return BY_FRONT_ALONE.includes(capability)
    ? 'Put an API that supports it in front and declare it as `front`, or remove it.'
    : 'Choose a target that supports it, or remove it.';
}

/** The gateway with its front. Client certificates end at the front: a gateway behind it does not see them. */
function atEdge({ front }: Edge, gateway: FeatureProvider): FeatureProvider {
  return front
    ? {
        name: `${gateway.name} behind ${front.name}`,
        capabilities: [
          ...gateway.capabilities.filter(each => each !== Capability.CLIENT_CERTIFICATES),
          ...BY_FRONT_ALONE.filter(each => front.enforcesAlone(each)),
        ],
      }
    : gateway;
}

function featuresOfEdge(edge: Edge): Capability[] {
  return [
    Capability.EDGES,
    ...neededBy(OF_EDGES, edge),
    ...when(edge.connections.length > 0, Capability.CONNECTIONS),
    ...edge.routes.flatMap(route => neededBy(OF_ROUTES, route)),
    ...edge.redirects.flatMap(redirect => neededBy(OF_REDIRECTS, redirect)),
    ...edge.aggregates.flatMap(aggregate => neededBy(OF_AGGREGATES, aggregate)),
    ...edge.routes.flatMap(({ service }) => [
      ...when(service.loadBalancing, Capability.LOAD_BALANCING),
      ...when(answersDirectly(service), Capability.DIRECT_RESPONSES),
    ]),
  ];
}

/** Limits whose counter is not where the credentials are verified, so that clients could be counted as others. */
function uncountableClients(edge: Edge): SynthesisFinding[] {
  const { front, path, perClientRateLimits } = edge;
  if (!front) {
    return [];
  }
  const areCountedByFront = edge.isLeftToFront(Capability.PER_CLIENT_RATE_LIMITS);
  const kinds = perClientRateLimits
    .map(({ client: { kind } }) => kind)
    .filter(kind => {
      const proof = kind === 'claim' ? Capability.TOKENS : kind === 'API key' ? Capability.API_KEYS : undefined;
      return (
        proof !== undefined && (areCountedByFront ? !front.capabilities.includes(proof) : edge.isLeftToFront(proof))
      );
    });
  return [...new Set(kinds)].map(kind => ({
    id: 'TargetCannot',
    severity: Severity.ERROR,
    path,
    message:
      `Clients are identified by ${kind === 'claim' ? 'a claim' : 'an API key'}, which `
      + `${areCountedByFront ? `${front.name} counts and does not verify` : `${front.name} verifies and does not count`}.`,
    fix: 'Identify clients by something else, or choose a front that verifies and counts.',
  }));
}

function featuresOfService(service: Service): Capability[] {
  const distinctPolicies = new Set(service.incomingCalls.map(call => callPolicyKey(call.policy)));
  return [
    ...neededBy(OF_SERVICES, service),
    ...when(service.circuitBreaker, Capability.CIRCUIT_BREAKING),
    ...when(service.loadBalancing, Capability.LOAD_BALANCING),
    ...when(
      [service.weights, ...service.headerRoutes.map(({ weights }) => weights)].some(each => each.length > 1),
      Capability.SPLITS,
    ),
    ...when(service.headerRoutes.length > 0, Capability.HEADER_ROUTES),
    ...when(service.mirror ?? service.headerRoutes.some(({ mirror }) => mirror), Capability.MIRRORING),
    ...when(answersDirectly(service), Capability.DIRECT_RESPONSES),
    ...when(service.progressiveRollout, Capability.PROGRESSIVE_ROLLOUTS),
    ...when(service.auth, Capability.SERVICE_AUTH),
    ...when(service.rateLimits.length > 0, Capability.SERVICE_RATE_LIMITS),
    ...when(service.globalRateLimits.length > 0, Capability.GLOBAL_RATE_LIMITS),
    ...when(
      service.allowedPeers.some(each => each.allowedOperations),
      Capability.OPERATIONS,
    ),
    ...when(distinctPolicies.size > 1, Capability.POLICY_BY_CALLER),
    ...when(
      [...service.versions.values()].some(({ workload }) => workload.proxy),
      Capability.PROXY_SETTINGS,
    ),
  ];
}

function answersDirectly({ headerRoutes }: Service): boolean {
  return headerRoutes.some(({ response }) => response !== undefined);
}

function featuresOfCall(call: Call, isOfAggregator: boolean): Capability[] {
  const { callee } = call;
  const features = [
    ...neededBy(OF_CALLS, call),
    ...when(callee instanceof ExternalService, Capability.EGRESS_BY_HOST),
    ...when(callee instanceof ExternalService && callee.clusterService, Capability.CLUSTER_SERVICES_OUTSIDE),
  ];
  // An aggregator sends no other requests: its configuration lists them all.
  return isOfAggregator ? features.filter(each => each !== Capability.OPERATIONS) : features;
}
