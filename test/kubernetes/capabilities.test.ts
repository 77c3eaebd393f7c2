import { Duration } from 'cdk8s';
import {
  Auth,
  type CallPolicy,
  Capability,
  ClientKey,
  type EdgeProps,
  FailureMode,
  Front,
  HeaderMatch,
  Machines,
  Operation,
  ProxyExtension,
  PerClientRateLimit,
  Period,
  Port,
  RateLimit,
  type RouteProps,
  type Service,
  Topology,
} from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { IstioAmbient, IstioIngress, IstioSidecars } from '../../lib/istio';
import { type FeatureProvider, unsupportedFeatures } from '../../lib/kubernetes';
import { LinkerdMesh } from '../../lib/linkerd';
import { BY_FRONT_ALONE } from '../../lib/topology';
import { plain } from '../istio/support';
import { frontSubnets, restFront } from '../support/fronts';
import { setValues } from '../support/set-values';

function declare(feature: (web: Service, cart: Service, shop: Topology) => unknown): Topology {
  const shop = new Topology('shop');
  feature(
    plain(shop, 'web'),
    plain(shop, 'cart', { port: Port.grpc(1, { service: 'shop.Cart' }), versions: { v1: {}, v2: {} } }),
    shop,
  );
  return shop;
}

const route = (shop: Topology, web: Service, props = {}) =>
  shop.addEdge('door', { host: 'a.example' }).route('GET /', web, props);
const jwt = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });

test.each<[string, string, Capability[], (web: Service, cart: Service, shop: Topology) => unknown]>([
  ['nothing', '', [], () => undefined],
  ['a call without terms', '', [], (web, cart) => web.calls(cart)],
  ['a call that is declared without retries', '', [], (web, cart) => web.calls(cart, { retries: { attempts: 0 } })],
  [
    'a timeout',
    'shop/web → cart',
    [Capability.TIMEOUTS],
    (web, cart) => web.calls(cart, { timeout: Duration.seconds(1) }),
  ],
  ['retries', 'shop/web → cart', [Capability.RETRIES], (web, cart) => web.calls(cart, { retries: { attempts: 1 } })],
  [
    'faults',
    'shop/web → cart',
    [Capability.FAULTS],
    (web, cart) => web.calls(cart, { faults: { abort: { status: 503 } } }),
  ],
  [
    'operations',
    'shop/web → cart',
    [Capability.OPERATIONS],
    (web, cart) => web.calls(cart, { allowedOperations: [cart.method('Get')] }),
  ],
  [
    'a host outside',
    'shop/web → bank',
    [Capability.EGRESS_BY_HOST],
    (web, _cart, shop) => web.calls(shop.addExternalService('bank', { host: 'a.example', port: Port.tls(443) })),
  ],
  [
    'a circuit breaker',
    'shop/cart',
    [Capability.CIRCUIT_BREAKING],
    (_web, cart) => cart.addCircuitBreaker({ maxConnections: 1 }),
  ],
  [
    'denied operations',
    'shop/door',
    [Capability.OPERATIONS],
    (_web, _cart, shop) =>
      shop.addService('door', {
        image: 'example/door:1',
        port: Port.http(80),
        deniedOperations: [Operation.http('ANY /admin/*')],
      }),
  ],
  [
    'objectives of a service',
    'shop/door',
    [Capability.SLO],
    (_web, _cart, shop) =>
      shop.addService('door', { image: 'example/door:1', port: Port.http(80), slo: { availability: 99 } }),
  ],
  [
    'objectives of a call',
    'shop/web → cart',
    [Capability.SLO],
    (web, cart) => web.calls(cart, { slo: { availability: 99 } }),
  ],
  [
    'telemetry of a service',
    'shop/door',
    [Capability.SERVICE_TELEMETRY],
    (_web, _cart, shop) => shop.addService('door', { image: 'example/door:1', telemetry: { accessLog: false } }),
  ],
  [
    'a module in its proxy',
    'shop/door',
    [Capability.PROXY_EXTENSIONS],
    (_web, _cart, shop) =>
      shop.addService('door', {
        image: 'example/door:1',
        port: Port.http(80),
        proxyExtensions: [ProxyExtension.wasm({ url: 'oci://example/door:1', sha256: 'a'.repeat(64) })],
      }),
  ],
  [
    'a script in its proxy',
    'shop/door',
    [Capability.PROXY_SCRIPTS],
    (_web, _cart, shop) =>
      shop.addService('door', {
        image: 'example/door:1',
        port: Port.http(80),
        proxyExtensions: [ProxyExtension.lua('function envoy_on_request(handle) end')],
      }),
  ],
  [
    'machines',
    'shop/billing',
    [Capability.MACHINES],
    (_web, _cart, shop) => shop.addService('billing', { machines: Machines.at(['10.0.8.4']) }),
  ],
  [
    'a dry run of policies',
    'shop/dry',
    [Capability.AUTHORIZATION_DRY_RUN],
    (_web, _cart, shop) => shop.addService('dry', { image: 'example/dry:1', authorizationDryRun: 'for a while' }),
  ],
  [
    'a port without mutual TLS',
    'shop/db',
    [Capability.PLAINTEXT_PORTS],
    (_web, _cart, shop) =>
      shop.addService('db', {
        image: 'example/db:1',
        port: Port.tcp(3306),
        portsWithoutMutualTls: [{ port: 3306, reason: 'it sends first' }],
      }),
  ],
  ['a split', 'shop/cart', [Capability.SPLITS], (_web, cart) => cart.split({ v1: 50, v2: 50 })],
  [
    'a header route',
    'shop/cart',
    [Capability.HEADER_ROUTES],
    (_web, cart) => cart.routeTo('v2', HeaderMatch.exact('x', 'y')),
  ],
  ['a mirror', 'shop/cart', [Capability.MIRRORING], (_web, cart) => cart.mirrorTo('v2')],
  ['an edge', 'shop/door', [Capability.EDGES], (web, _cart, shop) => route(shop, web)],
  [
    'a token',
    'shop/door',
    [Capability.EDGES, Capability.TOKENS],
    (web, _cart, shop) => route(shop, web, { auth: jwt }),
  ],
  [
    'a rewrite at an edge',
    'shop/door',
    [Capability.REWRITES, Capability.EDGES],
    (web, _cart, shop) => route(shop, web, { rewrite: { path: '/a' } }),
  ],
  [
    'header changes at an edge',
    'shop/door',
    [Capability.HEADER_CHANGES, Capability.EDGES],
    (web, _cart, shop) => route(shop, web, { headerChanges: { request: { remove: ['x-a'] } } }),
  ],
  [
    'conditions of a route',
    'shop/door',
    [Capability.EDGES, Capability.REQUEST_MATCHES],
    (web, _cart, shop) => route(shop, web, { match: { headers: [HeaderMatch.exact('x-a', '1')] } }),
  ],
  [
    'claims of a token as conditions',
    'shop/door',
    [Capability.EDGES, Capability.REQUEST_MATCHES, Capability.CLAIM_MATCHES, Capability.TOKENS],
    (web, _cart, shop) => route(shop, web, { auth: jwt, match: { claims: { group: 'a' } } }),
  ],
  [
    'a redirect with a token',
    'shop/door',
    [Capability.EDGES, Capability.REDIRECTS, Capability.TOKENS],
    (_web, _cart, shop) =>
      shop.addEdge('door', { host: 'a.example' }).redirect('GET /', { scheme: 'https', auth: jwt }),
  ],
  [
    'a throttle',
    'shop/door',
    [Capability.EDGES, Capability.RATE_LIMITS],
    (web, _cart, shop) => route(shop, web, { rateLimit: RateLimit.perSecond(1) }),
  ],
])(
  'a target without capabilities reports %s, and one with all of them nothing',
  (_name, path, features, declaration) => {
    const topology = declare(declaration);

    const stone = { name: 'a stone', capabilities: [] };
    const mesh = { name: 'a mesh', capabilities: Object.values(Capability) };

    expect(unsupportedFeatures(topology, stone, stone)).toEqual(
      features.map(feature => ({
        id: 'TargetCannot',
        severity: 'error',
        path,
        message: `It requires ${feature}, which a stone does not support.`,
        fix: 'Choose a target that supports it, or remove it.',
      })),
    );
    expect(unsupportedFeatures(topology, mesh, mesh)).toEqual([]);
  },
);

const limit = PerClientRateLimit.of({
  client: ClientKey.claim('sub'),
  requests: 1,
  per: Period.SECOND,
  failureMode: FailureMode.FAIL_OPEN,
});

test('a Service for an external service is reported where it is called', () => {
  const topology = new Topology('shop');
  const bank = topology.addExternalService('bank', {
    host: 'bank.example',
    port: Port.tcp(5432),
    clusterService: true,
  });
  topology.addService('web', { image: 'example/web:1' }).calls(bank);
  const byHost = { name: 'a stone', capabilities: [Capability.EGRESS_BY_HOST] };

  expect(unsupportedFeatures(topology, byHost)).toEqual([
    expect.objectContaining({
      path: 'shop/web → bank',
      message: 'It requires a Service for an external service, which a stone does not support.',
    }),
  ]);
});

test.each<[string, FeatureProvider, boolean, string[]]>([
  ['the proxies of callers', new IstioSidecars(), false, ['shop/web → bank']],
  ['an egress gateway', new IstioSidecars(), true, []],
  ['a waypoint', new IstioAmbient(), false, []],
  ['an EgressNetwork', new LinkerdMesh(), false, []],
])('operations of a host outside behind %s', (_what, target, hasGateway, paths) => {
  const shop = new Topology('shop');
  const egressGateway = hasGateway ? shop.addEgressGateway('out') : undefined;
  const bank = shop.addExternalService('bank', setValues({ host: 'bank.example', port: Port.http(80), egressGateway }));
  plain(shop, 'web').calls(bank, { allowedOperations: [Operation.http('GET /rates')] });
  const findings = unsupportedFeatures(shop, target);

  expect(findings.map(({ path }) => path)).toEqual(paths);
  expect(findings.every(({ fix }) => fix?.includes('addEgressGateway'))).toBe(true);
});

test('an egress gateway is reported where it is declared', () => {
  const topology = new Topology('shop');
  topology.addEgressGateway('out');
  const nothing = { name: 'a stone', capabilities: [] };

  expect(unsupportedFeatures(topology, nothing)).toEqual([
    expect.objectContaining({
      path: 'shop/out',
      message: 'It requires an egress gateway, which a stone does not support.',
    }),
  ]);
});

test.each<[string, Capability[], Partial<EdgeProps>, RouteProps, boolean]>([
  ['an API key', [Capability.API_KEYS], {}, { auth: Auth.apiKey({ secret: 'keys' }) }, true],
  [
    'a limit of clients',
    [Capability.TOKENS, Capability.PER_CLIENT_RATE_LIMITS],
    { perClientRateLimit: limit },
    { auth: jwt },
    true,
  ],
  [
    'a limit of clients on a route',
    [Capability.TOKENS, Capability.PER_CLIENT_RATE_LIMITS],
    {},
    { auth: jwt, perClientRateLimit: limit },
    true,
  ],
  ['CORS', [Capability.CORS], { cors: { origins: ['*'] } }, {}, false],
  ['client certificates', [Capability.CLIENT_CERTIFICATES], { tlsSecret: 'tls', clientCa: 'clients' }, {}, true],
  ['a firewall', [Capability.WAF], { waf: true }, {}, true],
  ['a request shape', [Capability.REQUEST_VALIDATION], {}, { requestValidation: { query: ['q'] } }, true],
  ['a cache', [Capability.CACHING], {}, { cacheTtl: Duration.seconds(1) }, true],
])('an edge requires %s, unless its front provides it', (_name, features, edge, props, keptInFront) => {
  const asked = (front?: Front) => {
    const shop = new Topology('shop');
    shop.addEdge('door', setValues({ host: 'a.example', ...edge, front })).route('GET /', plain(shop, 'web'), props);
    return unsupportedFeatures(shop, { name: 'a stone', capabilities: [] }).map(({ message }) => message);
  };
  const messages = (provider: string) =>
    features.map(each => `It requires ${each}, which ${provider} does not support.`);
  const behind = messages(`a target without a gateway behind ${restFront.name}`);

  expect(asked()).toEqual([expect.stringContaining(Capability.EDGES), ...messages('a target without a gateway')]);
  expect(asked(restFront)).toEqual([
    expect.stringContaining(Capability.EDGES),
    ...behind.filter(message => !keptInFront || message.includes(Capability.TOKENS)),
  ]);
});

const anything = { name: 'a gateway', capabilities: Object.values(Capability) };
const perClient = (client: ClientKey) =>
  PerClientRateLimit.of({ client, requests: 5, per: Period.SECOND, failureMode: FailureMode.FAIL_OPEN });

function behindFront(capabilities: Capability[], ofEdge: Partial<EdgeProps>): string[] {
  const shop = new Topology('shop');
  const front = Front.of({ name: 'a proxy', capabilities, addresses: frontSubnets });
  shop.addEdge('door', { host: 'a.example', front, ...ofEdge }).route('GET /', plain(shop, 'web'));
  return unsupportedFeatures(shop, anything, anything).map(({ message }) => message);
}

test('client certificates end at a front, so that a gateway behind it cannot require them', () => {
  expect(behindFront([], { clientCa: 'clients' })).toEqual([
    'It requires client certificates, which a gateway behind a proxy does not support.',
  ]);
  expect(behindFront([Capability.CLIENT_CERTIFICATES], { clientCa: 'clients' })).toEqual([]);
});

test.each<[string, Auth, ClientKey, Capability]>([
  ['a claim', Auth.jwt({ issuer: 'https://a.example', audiences: ['a'] }), ClientKey.claim('sub'), Capability.TOKENS],
  ['an API key', Auth.apiKey({ secret: 'keys' }), ClientKey.apiKey(), Capability.API_KEYS],
])('clients are counted by %s only where it is verified', (what, auth, client, proof) => {
  const limited = { auth, perClientRateLimit: perClient(client) };

  expect(behindFront([Capability.PER_CLIENT_RATE_LIMITS], limited)).toEqual([
    `Clients are identified by ${what}, which a proxy counts and does not verify.`,
  ]);
  expect(behindFront([Capability.PER_CLIENT_RATE_LIMITS, proof], limited)).toEqual([]);
  expect(behindFront([], limited)).toEqual([]);
});

test('clients of API keys that only the front verifies are not counted behind it', () => {
  const limited = { auth: Auth.apiKey({ secret: 'keys' }), perClientRateLimit: perClient(ClientKey.apiKey()) };

  expect(behindFront([Capability.API_KEYS], limited)).toEqual([
    'Clients are identified by an API key, which a proxy verifies and does not count.',
  ]);
});

test('clients of a header are counted anywhere', () => {
  const limited = { perClientRateLimit: perClient(ClientKey.header('x-client')) };

  expect([behindFront([], limited), behindFront([Capability.PER_CLIENT_RATE_LIMITS], limited)]).toEqual([[], []]);
});

const capable = Object.values(Capability).filter(each => each !== Capability.POLICY_BY_CALLER);

test.each<[string, CallPolicy, CallPolicy, boolean]>([
  ['two timeouts', { timeout: Duration.seconds(1) }, { timeout: Duration.seconds(2) }, true],
  ['a timeout and none', { timeout: Duration.seconds(1) }, {}, true],
  ['one timeout in two units', { timeout: Duration.seconds(1) }, { timeout: Duration.millis(1000) }, false],
  ['no retries, declared and by default', { retries: { attempts: 0 } }, {}, false],
  ['retries and none', { retries: { attempts: 1 } }, {}, true],
  ['a fault for one', {}, { faults: { abort: { status: 500 } } }, true],
  [
    'one share of faults, declared and by default',
    { faults: { abort: { status: 500, percent: 100 } } },
    { faults: { abort: { status: 500 } } },
    false,
  ],
])('%s differ by caller: whether a target must distinguish callers', (_name, one, other, differ) => {
  const shop = new Topology('shop');
  const cart = plain(shop, 'cart');
  plain(shop, 'web').calls(cart, one);
  plain(shop, 'app').calls(cart, other);

  expect(
    unsupportedFeatures(shop, { name: 'a blind mesh', capabilities: capable }).map(({ path, message }) => [
      path,
      message,
    ]),
  ).toEqual(
    differ
      ? [['shop/cart', 'It requires call policies that differ by caller, which a blind mesh does not support.']]
      : [],
  );
});

test('each feature is one that a mesh, a gateway or a front lists', () => {
  const listed = [new IstioSidecars(), new IstioAmbient(), new IstioIngress(), new EnvoyGateway()].flatMap(each => [
    ...each.capabilities,
  ]);
  const supported: readonly Capability[] = [...listed, ...BY_FRONT_ALONE];
  expect(Object.values(Capability).filter(each => !supported.includes(each))).toEqual([]);
});
