import type {
  Abort, Call, CallProps, Delay, Edge, EdgeProps, Faults, Retries, Route, RouteProps, Service,
  ServiceProps, WorkloadProps,
} from '../topology';
import { Capability } from './capability';

/** The capabilities that a property needs as it is declared, or the reason why it needs none. */
type Need<Declared> = ((declared: Declared) => readonly Capability[]) | string;

/** What each property needs. A property without an entry does not compile. */
type Needs<Props, Declared> = { readonly [K in keyof Props]-?: Need<Declared> };

/** The capabilities that a declaration needs for all of its properties. */
export function neededBy<Declared>(needs: { readonly [property: string]: Need<Declared> }, of: Declared): Capability[] {
  return Object.values(needs).flatMap(need => typeof need === 'string' ? [] : need(of));
}

/** The capability, if something is declared that needs it. */
export function when(declared: unknown, capability: Capability): Capability[] {
  return declared ? [capability] : [];
}

const OF_RETRIES = {
  attempts: ({ attempts }) => when(attempts, Capability.RETRIES),
  perTryTimeout: 'The time of a try is part of what retries need.',
  on: 'The choice of failures is part of what retries need.',
} satisfies Needs<Retries, Retries>;

const OF_DELAYS = {
  duration: always(Capability.FAULTS),
  percent: 'The share is part of what faults need.',
} satisfies Needs<Delay, Delay>;

const OF_ABORTS = {
  status: always(Capability.FAULTS),
  percent: 'The share is part of what faults need.',
} satisfies Needs<Abort, Abort>;

const OF_FAULTS = {
  delay: ({ delay }) => delay ? neededBy<Delay>(OF_DELAYS, delay) : [],
  abort: ({ abort }) => abort ? neededBy<Abort>(OF_ABORTS, abort) : [],
} satisfies Needs<Faults, Faults>;

export const OF_CALLS = {
  port: 'Every target addresses ports.',
  address: 'It is a variable of the caller, which Kubernetes sets.',
  // An aggregator requests nothing else by its own configuration.
  only: call => when(call.only && !isOfAggregator(call), Capability.OPERATIONS),
  timeout: ({ terms }) => when(terms.timeout, Capability.TIMEOUTS),
  retries: ({ terms: { retries } }) => retries ? neededBy<Retries>(OF_RETRIES, retries) : [],
  faults: ({ terms: { faults } }) => faults ? neededBy<Faults>(OF_FAULTS, faults) : [],
} satisfies Needs<CallProps, Call>;

export const OF_ROUTES = {
  auth: ({ auth }) => [...when(auth.token, Capability.TOKENS), ...when(auth.key, Capability.API_KEYS)],
  throttle: ({ throttle }) => when(throttle, Capability.THROTTLES),
  timeout: 'Every gateway has timeouts.',
  port: 'Every gateway addresses ports.',
  clientLimit: ({ clientLimit }) => when(clientLimit, Capability.CLIENT_LIMITS),
  requires: ({ requires }) => when(requires, Capability.REQUEST_SHAPES),
  cacheFor: ({ cacheFor }) => when(cacheFor, Capability.CACHING),
  grpcMethod: ({ translation }) => when(translation, Capability.TRANSLATION),
} satisfies Needs<RouteProps, Route>;

export const OF_EDGES = {
  host: 'Every gateway serves host names.',
  tlsSecret: 'Every gateway ends TLS.',
  certificateIssuer: 'cert-manager fills the Secret.',
  clientCa: ({ clientCa }) => when(clientCa, Capability.CLIENT_CERTIFICATES),
  auth: 'It is the default of the routes, which need it.',
  throttle: ({ throttle }) => when(throttle, Capability.THROTTLES),
  clientLimit: ({ clientLimit }) => when(clientLimit, Capability.CLIENT_LIMITS),
  rateLimiter: 'It is a service of the topology; limits of clients need it.',
  cors: ({ cors }) => when(cors, Capability.CORS),
  firewall: ({ firewall }) => when(firewall, Capability.FIREWALL),
  managed: 'It takes needs away from the gateway in the cluster.',
  frontCidrs: 'A NetworkPolicy keeps others away.',
  timeout: 'Every gateway has timeouts.',
  namespace: 'Every gateway has pods in a namespace.',
} satisfies Needs<EdgeProps, Edge>;

/** Workloads are Kubernetes' own: the needs of a service are those of its place and its traffic. */
export const OF_SERVICES = {
  port: 'Every target has ports.',
  ports: 'Every target has ports.',
  image: 'Kubernetes runs it.',
  versions: 'Each is a Deployment; what is routed by version needs a capability of its own.',
  namespace: 'Every target has namespaces.',
  existing: 'Every target selects pods by label.',
  inMesh: 'Without a mesh no pod has a proxy.',
} satisfies Needs<Omit<ServiceProps, keyof WorkloadProps>, Service>;

function isOfAggregator({ caller }: Call): boolean {
  return caller.topology.edges.some(({ aggregator }) => aggregator === caller);
}

function always(capability: Capability): () => readonly Capability[] {
  return () => [capability];
}
