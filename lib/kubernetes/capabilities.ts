import { type Finding, Severity } from '../checks';
import { type Call, ExternalService, meaningOfTerms, type Service, type Topology } from '../topology';

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
  THROTTLES = 'throttles at the edge',
}

interface Wish {
  readonly path: string;
  readonly capability: Capability;
}

/** What the topology asks and the target cannot do. */
export function unmetWishes(topology: Topology, target: string, capabilities: readonly Capability[]): Finding[] {
  const can = new Set(capabilities);
  return wishesOf(topology).filter(wish => !can.has(wish.capability)).map(({ path, capability }) => ({
    id: 'TargetCannot',
    severity: Severity.ERROR,
    path,
    message: `It asks for ${capability}, and ${target} cannot do that.`,
    remedy: 'Choose a target that can, or leave it out.',
  }));
}

function wishesOf(topology: Topology): Wish[] {
  return [
    ...topology.services.flatMap(service => [...wishesOfService(service), ...service.outgoingCalls.flatMap(wishesOfCall)]),
    ...topology.edges.flatMap(({ path, routes, throttle }) => [
      { path, capability: Capability.EDGES },
      ...when(routes.some(route => route.auth.token), path, Capability.TOKENS),
      ...when(throttle ?? routes.some(route => route.throttle), path, Capability.THROTTLES),
    ]),
  ];
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

function wishesOfCall({ caller, callee, terms, only }: Call): Wish[] {
  const path = `${caller.path} → ${callee.name}`;
  return [
    ...when(terms.timeout, path, Capability.TIMEOUTS),
    ...when(terms.retries?.attempts, path, Capability.RETRIES),
    ...when(terms.faults, path, Capability.FAULTS),
    ...when(only, path, Capability.OPERATIONS),
    ...when(callee instanceof ExternalService, path, Capability.EGRESS_BY_HOST),
  ];
}

function when(asked: unknown, path: string, capability: Capability): Wish[] {
  return asked ? [{ path, capability }] : [];
}
