import {
  Capability,
  type Abort,
  type Aggregate,
  type AggregateProps,
  type Call,
  type CallProps,
  changesHeaders,
  type Delay,
  type Edge,
  type EdgeProps,
  ExternalService,
  type Faults,
  type Redirect,
  type RedirectProps,
  type Retries,
  type Route,
  type RouteProps,
  type Service,
  type ServiceProps,
  type WorkloadProps,
} from '../topology';

/** The capabilities that a declared property requires, or the reason why it requires none. */
type Need<Declared> = ((declared: Declared) => readonly Capability[]) | string;

/** The requirements of each property. A property without an entry does not compile. */
type Needs<Props, Declared> = { readonly [K in keyof Props]-?: Need<Declared> };

/** The capabilities that a declaration requires for all of its properties. */
export function neededBy<Declared>(needs: { readonly [property: string]: Need<Declared> }, of: Declared): Capability[] {
  return Object.values(needs).flatMap(need => (typeof need === 'string' ? [] : need(of)));
}

/** The capability, if a feature that requires it is declared. */
export function when(declared: unknown, capability: Capability): Capability[] {
  return declared ? [capability] : [];
}

const OF_RETRIES = {
  attempts: ({ attempts }) => when(attempts, Capability.RETRIES),
  perTryTimeout: 'Part of retries, which require the capability.',
  on: 'Part of retries, which require the capability.',
} satisfies Needs<Retries, Retries>;

const OF_DELAYS = {
  duration: always(Capability.FAULTS),
  percent: 'Part of faults, which require the capability.',
} satisfies Needs<Delay, Delay>;

const OF_ABORTS = {
  status: always(Capability.FAULTS),
  percent: 'Part of faults, which require the capability.',
} satisfies Needs<Abort, Abort>;

const OF_FAULTS = {
  delay: ({ delay }) => (delay ? neededBy<Delay>(OF_DELAYS, delay) : []),
  abort: ({ abort }) => (abort ? neededBy<Abort>(OF_ABORTS, abort) : []),
  match: 'Part of faults, which require the capability.',
} satisfies Needs<Faults, Faults>;

export const OF_CALLS = {
  port: 'Every target supports ports.',
  addressEnvVar: 'An environment variable of the caller, which Kubernetes sets.',
  addressEnvVars: 'Environment variables of the caller, which Kubernetes sets.',
  allowedOperations: neededByOperations,
  timeout: ({ policy }) => when(policy.timeout, Capability.TIMEOUTS),
  retries: ({ policy: { retries } }) => (retries ? neededBy<Retries>(OF_RETRIES, retries) : []),
  faults: ({ policy: { faults } }) => (faults ? neededBy<Faults>(OF_FAULTS, faults) : []),
  slo: ({ slo }) => when(slo, Capability.SLO),
  headers: ({ policy: { headers } }) => when(changesHeaders(headers), Capability.HEADER_CHANGES),
  rewrite: ({ policy: { rewrite } }) => when(rewrite, Capability.REWRITES),
} satisfies Needs<CallProps, Call>;

export const OF_ROUTES = {
  auth: neededByAuth,
  authorizer: ({ authorizer }) => when(authorizer, Capability.EXTERNAL_AUTHORIZATION),
  rateLimit: ({ rateLimit }) => when(rateLimit, Capability.RATE_LIMITS),
  timeout: 'Every gateway supports timeouts.',
  retries: ({ retries }) => (retries ? neededBy<Retries>(OF_RETRIES, retries) : []),
  port: 'Every gateway supports ports.',
  perClientRateLimit: ({ perClientRateLimit }) => when(perClientRateLimit, Capability.PER_CLIENT_RATE_LIMITS),
  requestValidation: ({ requestValidation }) => when(requestValidation, Capability.REQUEST_VALIDATION),
  cacheTtl: ({ cacheTtl }) => when(cacheTtl, Capability.CACHING),
  grpcMethod: ({ translation }) => when(translation, Capability.TRANSLATION),
  rewrite: ({ rewrite }) => when(rewrite, Capability.REWRITES),
  backendTls: ({ backendTls }) => when(backendTls, Capability.BACKEND_TLS),
  match: neededByMatch,
  headerChanges: ({ headerChanges }) => when(changesHeaders(headerChanges), Capability.HEADER_CHANGES),
} satisfies Needs<RouteProps, Route>;

const REDIRECTS = () => [Capability.REDIRECTS];

export const OF_REDIRECTS = {
  auth: neededByAuth,
  authorizer: ({ authorizer }) => when(authorizer, Capability.EXTERNAL_AUTHORIZATION),
  path: REDIRECTS,
  pathPrefix: REDIRECTS,
  host: REDIRECTS,
  scheme: REDIRECTS,
  port: REDIRECTS,
  statusCode: REDIRECTS,
  match: neededByMatch,
} satisfies Needs<RedirectProps, Redirect>;

export const OF_AGGREGATES = {
  headers: 'KrakenD forwards them, on every target.',
  queryParameters: 'KrakenD forwards them, on every target.',
} satisfies Needs<Omit<AggregateProps, keyof RouteProps>, Aggregate>;

export const OF_EDGES = {
  host: 'Every gateway supports host names.',
  alternativeHosts: 'Every gateway supports several hosts.',
  tlsSecret: 'Every gateway terminates TLS.',
  tlsSecrets: 'Every gateway has a listener for each.',
  certificateIssuer: 'cert-manager fills the Secret.',
  clientCa: ({ clientCa }) => when(clientCa, Capability.CLIENT_CERTIFICATES),
  clientCertificates: 'Part of client certificates, which require the capability.',
  minTlsVersion: 'Every gateway has a lowest version.',
  allowedCidrs: 'Every gateway compares addresses.',
  deniedCidrs: 'Every gateway compares addresses.',
  trustedProxies: 'Every gateway evaluates `x-forwarded-for`.',
  auth: 'The default of the routes, which require the capability.',
  authorizer: 'The default of the routes, which require the capability.',
  rateLimit: ({ rateLimit }) => when(rateLimit, Capability.RATE_LIMITS),
  perClientRateLimit: ({ perClientRateLimit }) => when(perClientRateLimit, Capability.PER_CLIENT_RATE_LIMITS),
  rateLimiter: 'A service of the topology, used by per-client rate limits.',
  cors: ({ cors }) => when(cors, Capability.CORS),
  waf: ({ waf }) => when(waf, Capability.WAF),
  front: 'It moves requirements from the gateway in the cluster to the front.',
  timeout: 'Every gateway supports timeouts.',
  gatewayMetadata: 'Every gateway has labels and annotations of its infrastructure.',
  gateway: 'Every gateway can have listeners for several edges, and rejects what it has only once.',
  namespace: 'The pods of every gateway are in a namespace.',
} satisfies Needs<EdgeProps, Edge>;

/** Every target runs workloads: a service's requirements come from its ports, namespace and traffic. */
export const OF_SERVICES = {
  port: 'Every target supports ports.',
  ports: 'Every target supports ports.',
  image: 'Kubernetes runs it.',
  versions: 'Each is a Deployment; routing by version requires its own capability.',
  namespace: 'Every target supports namespaces.',
  workload: 'Kubernetes runs every kind.',
  existingWorkload: 'Every target selects pods by label.',
  serviceAccount: 'Kubernetes has it.',
  serviceMetadata: 'Every target keeps labels and annotations.',
  disruptionBudget: 'Kubernetes has it.',
  outboundTraffic: 'Every target has NetworkPolicies.',
  headless: 'Kubernetes has it.',
  serviceType: 'Kubernetes has it.',
  trafficDistribution: 'Kubernetes has it.',
  deniedOperations: ({ objects }) => when(objects.deniedOperations, Capability.OPERATIONS),
  telemetry: ({ objects }) => when(objects.telemetry, Capability.SERVICE_TELEMETRY),
  slo: ({ objects }) => when(objects.slo, Capability.SLO),
  proxyExtensions: ({ objects: { proxyExtensions = [] } }) => [
    ...when(
      proxyExtensions.some(({ module }) => module),
      Capability.PROXY_EXTENSIONS,
    ),
    ...when(
      proxyExtensions.some(({ script }) => script !== undefined),
      Capability.PROXY_SCRIPTS,
    ),
  ],
  machines: ({ objects }) => when(objects.machines, Capability.MACHINES),
  authorizationDryRun: ({ objects }) => when(objects.authorizationDryRun, Capability.AUTHORIZATION_DRY_RUN),
  portsWithoutMutualTls: ({ objects }) => when(objects.portsWithoutMutualTls, Capability.PLAINTEXT_PORTS),
  inMesh: 'Without a mesh no pod has a proxy.',
} satisfies Needs<Omit<ServiceProps, keyof WorkloadProps>, Service>;

function neededByOperations({ allowedOperations, callee }: Call): readonly Capability[] {
  const leavesPodsDirectly = callee instanceof ExternalService && !callee.egressGateway;
  return when(allowedOperations, leavesPodsDirectly ? Capability.EGRESS_OPERATIONS : Capability.OPERATIONS);
}

function neededByAuth({ auth: { token, key, login } }: Pick<Route, 'auth'>): readonly Capability[] {
  return [...when(token, Capability.TOKENS), ...when(key, Capability.API_KEYS), ...when(login, Capability.LOGIN)];
}

function neededByMatch({ match }: Pick<Route, 'match'>): readonly Capability[] {
  return [...when(match, Capability.REQUEST_MATCHES), ...when(match?.claims, Capability.CLAIM_MATCHES)];
}

function always(capability: Capability): () => readonly Capability[] {
  return () => [capability];
}
