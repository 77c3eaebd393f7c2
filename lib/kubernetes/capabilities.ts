import { Severity, type SynthesisFinding } from '../checks';
import { type Call, type Edge, ExternalService, meaningOfTerms, type Service, type Topology } from '../topology';

/** Something that a topology may ask and a target may not be able to do. */
export enum Capability {
  TIMEOUTS = 'a timeout',
  RETRIES = 'retries',
  FAULTS = 'injected faults',
  OPERATIONS = 'a choice of operations',
  TERMS_BY_CALLER = 'terms that differ by caller',
  CIRCUIT_BREAKING = 'a circuit breaker',
  SPLITS = 'a split',
  HEADER_ROUTES = 'routing by header',
  MIRRORING = 'mirroring',
  EGRESS_BY_HOST = 'egress by host name',
  EDGES = 'a way in from outside',
  TOKENS = 'token checks at the edge',
  API_KEYS = 'API keys at the edge',
  THROTTLES = 'throttles at the edge',
  CLIENT_LIMITS = 'limits for each client',
  CORS = 'CORS',
  CLIENT_CERTIFICATES = 'client certificates',
  FIREWALL = 'a firewall',
  REQUEST_SHAPES = 'a check of what requests look like',
  CACHING = 'cached answers',
  TRANSLATION = 'REST translated to gRPC',
}

interface Wish {
  readonly path: string;
  readonly capability: Capability;
}

/** What serves a part of a topology, and what it can do. */
export interface Abilities {
  readonly name: string;
  readonly capabilities: readonly Capability[];
}

const NO_GATEWAY: Abilities = { name: 'a target without a gateway', capabilities: [] };

/** What the topology asks and neither the target nor its gateway can do. */
export function unmetWishes(topology: Topology, mesh: Abilities, gateway: Abilities = NO_GATEWAY): SynthesisFinding[] {
  return [
    ...unmet(topology.services.flatMap(service => [...wishesOfService(service), ...service.outgoingCalls.flatMap(call => wishesOfCall(call, topology))]), mesh),
    ...unmet(topology.edges.flatMap(wishesOfEdge), gateway),
  ];
}

function unmet(wishes: readonly Wish[], { name, capabilities }: Abilities): SynthesisFinding[] {
  const can = new Set(capabilities);
  return wishes.filter(wish => !can.has(wish.capability)).map(({ path, capability }) => ({
    id: 'TargetCannot',
    severity: Severity.ERROR,
    path,
    message: `It asks for ${capability}, and ${name} cannot do that.`,
    remedy: OF_MANAGED_APIS.has(capability) ? 'Put a managed API in front and say `managed: true`, or leave it out.' : 'Choose a target that can, or leave it out.',
  }));
}

/** What a managed API in front of an edge does in place of the gateway in the cluster. */
const OF_MANAGED_APIS = new Set([
  Capability.API_KEYS, Capability.CLIENT_LIMITS, Capability.CLIENT_CERTIFICATES, Capability.FIREWALL, Capability.REQUEST_SHAPES, Capability.CACHING,
]);

function wishesOfEdge(edge: Edge): Wish[] {
  const { path, routes } = edge;
  const wishes = [
    { path, capability: Capability.EDGES },
    ...when(routes.some(route => route.auth.token), path, Capability.TOKENS),
    ...when(routes.some(route => route.auth.key), path, Capability.API_KEYS),
    ...when(edge.throttle ?? routes.some(route => route.throttle), path, Capability.THROTTLES),
    ...when(edge.clientLimits.length > 0, path, Capability.CLIENT_LIMITS),
    ...when(edge.cors, path, Capability.CORS),
    ...when(edge.clientCa, path, Capability.CLIENT_CERTIFICATES),
    ...when(edge.firewall, path, Capability.FIREWALL),
    ...when(routes.some(route => route.requires), path, Capability.REQUEST_SHAPES),
    ...when(routes.some(route => route.cacheFor), path, Capability.CACHING),
    ...when(routes.some(route => route.translation), path, Capability.TRANSLATION),
  ];
  return edge.managed ? wishes.filter(({ capability }) => !OF_MANAGED_APIS.has(capability)) : wishes;
}

function wishesOfService(service: Service): Wish[] {
  const { path } = service;
  const distinctTerms = new Set(service.incomingCalls.map(call => meaningOfTerms(call.terms)));
  return [
    ...when(service.circuitBreaker, path, Capability.CIRCUIT_BREAKING),
    ...when(service.weights.length > 0, path, Capability.SPLITS),
    ...when(service.headerRoutes.length > 0, path, Capability.HEADER_ROUTES),
    ...when(service.mirror, path, Capability.MIRRORING),
    ...when(distinctTerms.size > 1, path, Capability.TERMS_BY_CALLER),
  ];
}

function wishesOfCall({ caller, callee, terms, only }: Call, { edges }: Topology): Wish[] {
  // An aggregator asks for nothing else by its own configuration.
  const choosesItself = edges.some(({ aggregator }) => aggregator === caller);
  const path = `${caller.path} → ${callee.name}`;
  return [
    ...when(terms.timeout, path, Capability.TIMEOUTS),
    ...when(terms.retries?.attempts, path, Capability.RETRIES),
    ...when(terms.faults, path, Capability.FAULTS),
    ...when(only && !choosesItself, path, Capability.OPERATIONS),
    ...when(callee instanceof ExternalService, path, Capability.EGRESS_BY_HOST),
  ];
}

function when(asked: unknown, path: string, capability: Capability): Wish[] {
  return asked ? [{ path, capability }] : [];
}
