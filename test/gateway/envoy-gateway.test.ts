import { Chart, Testing } from 'cdk8s';
import {
  Auth,
  ClientKey,
  ClusterApp,
  type EdgeProps,
  FailureMode,
  Mesh,
  PerClientRateLimit,
  Period,
  Port,
  RateLimit,
  type RouteProps,
  TargetGroupBinding,
  Topology,
  TopologyChart,
  TraceTag,
  Tracing,
} from '../../lib';
import { EnvoyGateway, type EnvoyGatewayProps, EnvoyService } from '../../lib/gateway';
import { names, one, plain, type Rendered } from '../istio/support';
import { catalogDescriptor } from '../support/descriptors';
import { restFront } from '../support/fronts';

const token = { issuer: 'https://login.example', audiences: ['shop'], jwksUri: 'https://login.example/keys' };
const jwt = (scopes?: string[]) => Auth.jwt({ ...token, scopes });
const limit = (client: ClientKey, failureMode = FailureMode.FAIL_OPEN) =>
  PerClientRateLimit.of({ client, requests: 100, per: Period.MINUTE, failureMode });

function render(topology: Topology, props: EnvoyGatewayProps = {}): Rendered[] {
  return Testing.synth(
    new TopologyChart(new ClusterApp(), 'test', { topology, mesh: Mesh.none({ gateway: new EnvoyGateway(props) }) }),
  ) as Rendered[];
}

function door(ofEdge: Partial<EdgeProps> = {}, ...routes: [operation: string, props?: RouteProps][]): Topology {
  const shop = new Topology('shop');
  const web = plain(shop, 'web');
  const edge = shop.addEdge('door', { host: 'shop.example', ...ofEdge });
  routes.forEach(([operation, props]) => edge.route(operation, web, props));
  return shop;
}

const gatewayRef = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'door' };

test('an edge with everything, without a mesh', () => {
  const shop = door(
    {
      tlsSecret: 'tls',
      certificateIssuer: 'letsencrypt',
      clientCa: 'clients',
      perClientRateLimit: limit(ClientKey.claim('sub')),
      cors: { origins: ['*'] },
    },
    ['GET /', { rateLimit: RateLimit.perSecond(100) }],
    ['POST /orders', { auth: jwt(['write']) }],
    ['GET /keyed', { auth: Auth.apiKey({ secret: 'keys' }), rateLimit: RateLimit.perSecond(5) }],
  );

  expect(
    render(shop).filter(each => !['Deployment', 'ServiceAccount', 'PodDisruptionBudget'].includes(each.kind)),
  ).toMatchSnapshot();
});

test("an edge is a Gateway of Envoy Gateway's class, whose proxies have a Service with a fixed name", () => {
  const objects = render(door({}, ['GET /']), { gatewayClass: 'envoy', service: EnvoyService.CLUSTER_IP });

  expect(one(objects, 'Gateway', 'door').spec).toMatchObject({
    gatewayClassName: 'envoy',
    infrastructure: { parametersRef: { group: 'gateway.envoyproxy.io', kind: 'EnvoyProxy', name: 'door' } },
  });
  expect(one(objects, 'EnvoyProxy', 'door').spec.provider.kubernetes).toMatchObject({
    envoyService: { name: 'shop-door', type: 'ClusterIP' },
    envoyHpa: { minReplicas: 2, maxReplicas: 5 },
    envoyPDB: { minAvailable: 1 },
  });
});

test('further labels and annotations of an edge are for the objects of its proxies', () => {
  const gatewayMetadata = { labels: { team: 'web' }, annotations: { 'example.com/scheme': 'internal' } };
  expect(one(render(door({ gatewayMetadata }, ['GET /'])), 'Gateway', 'door').spec.infrastructure).toEqual({
    ...gatewayMetadata,
    parametersRef: { group: 'gateway.envoyproxy.io', kind: 'EnvoyProxy', name: 'door' },
  });
});

test('the proxies, in their own namespace, are allowed to connect to the services of their routes', () => {
  const objects = render(door({}, ['GET /']), { namespace: 'gateways' });

  expect(one(objects, 'NetworkPolicy', 'web').spec.ingress).toEqual([
    {
      from: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'gateways' } },
          podSelector: {
            matchLabels: {
              'gateway.envoyproxy.io/owning-gateway-name': 'door',
              'gateway.envoyproxy.io/owning-gateway-namespace': 'shop',
            },
          },
        },
      ],
      ports: [{ port: 80, protocol: 'TCP' }],
    },
  ]);
  expect(names(objects, 'NetworkPolicy')).toEqual(['default-deny', 'web']);
});

test('a target group is bound to the proxies, on the ports that they have', () => {
  const shop = door({ tlsSecret: 'tls' }, ['GET /']);
  const app = new ClusterApp();
  const chart = new Chart(app, 'aws');
  new TargetGroupBinding(chart, 'shop', {
    edge: shop.edges[0] ?? never(),
    mesh: Mesh.none({ gateway: new EnvoyGateway() }),
    allowFrom: '10.0.0.0/16',
  });

  const [binding] = Testing.synth(chart) as Rendered[];
  expect(binding?.metadata.namespace).toBe('envoy-gateway-system');
  expect(binding?.spec.serviceRef).toEqual({ name: 'shop-door', port: 443 });
  expect(binding?.spec.networking.ingress[0].ports).toEqual([
    { protocol: 'TCP', port: 10443 },
    { protocol: 'TCP', port: 19003 },
  ]);
});

describe('what requests must prove', () => {
  test('is a SecurityPolicy of the HTTPRoutes that require it; public routes have none', () => {
    const objects = render(door({}, ['GET /'], ['GET /orders', { auth: jwt() }], ['GET /carts', { auth: jwt() }]));

    expect(names(objects, 'HTTPRoute')).toEqual(['door', 'door-2']);
    expect(names(objects, 'SecurityPolicy')).toEqual(['door-2']);
    expect(one(objects, 'SecurityPolicy', 'door-2').spec).toEqual({
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'door-2' }],
      jwt: {
        providers: [
          {
            name: 'token',
            issuer: 'https://login.example',
            audiences: ['shop'],
            remoteJWKS: { uri: 'https://login.example/keys' },
            extractFrom: { headers: [{ name: 'Authorization', valuePrefix: 'Bearer ' }] },
          },
        ],
      },
    });
    expect(one(objects, 'HTTPRoute', 'door-2').spec.rules[0].matches).toHaveLength(2);
  });

  test('has no audiences where tokens of any audience are accepted', () => {
    const auth = Auth.jwt({ issuer: token.issuer, jwksUri: token.jwksUri, anyAudience: true });
    const { providers } = one(render(door({ auth }, ['GET /'])), 'SecurityPolicy', 'door').spec.jwt;
    expect(providers[0]).not.toHaveProperty('audiences');
  });

  test('is one of the scopes, where a route names some', () => {
    expect(
      one(render(door({}, ['GET /', { auth: jwt(['read', 'admin']) }])), 'SecurityPolicy', 'door').spec.authorization,
    ).toEqual({
      defaultAction: 'Deny',
      rules: ['read', 'admin'].map(scope => ({
        action: 'Allow',
        principal: { jwt: { provider: 'token', scopes: [scope] } },
      })),
    });
  });

  test('is a key of the Secret', () => {
    expect(
      one(
        render(door({}, ['GET /', { auth: Auth.apiKey({ secret: 'keys', header: 'x-mine' }) }])),
        'SecurityPolicy',
        'door',
      ).spec.apiKeyAuth,
    ).toEqual({
      credentialRefs: [{ name: 'keys' }],
      extractFrom: [{ headers: ['x-mine'] }],
      forwardClientIDHeader: 'x-cardinal-client-key',
      sanitize: true,
    });
  });
});

test('a query does not count for the throttle of another route', () => {
  const objects = render(door({}, ['GET /{tenant}/items', { rateLimit: RateLimit.perSecond(5) }]));

  const { rateLimit } = one(objects, 'BackendTrafficPolicy', 'door').spec;
  const path = new RegExp(`^(?:${rateLimit.local.rules[0].clientSelectors[0].path.value as string})$`);
  expect(['/a/items', '/a/items?b=/c', '/a?b=/items'].map(each => path.test(each))).toEqual([true, true, false]);
});

test('throttles are counted in each proxy, limits of clients in all together, by headers that the gateway sets', () => {
  const objects = render(
    door(
      { perClientRateLimit: limit(ClientKey.claim('sub')), auth: jwt() },
      ['GET /exact', { rateLimit: RateLimit.perSecond(100) }],
      ['GET /orders/{id}', { rateLimit: RateLimit.perSecond(5), perClientRateLimit: limit(ClientKey.claim('sub')) }],
    ),
  );

  const orders = { methods: [{ value: 'GET' }], path: { type: 'RegularExpression', value: '/orders/[^/?]+(\\?.*)?' } };
  const exact = { methods: [{ value: 'GET' }], path: { type: 'RegularExpression', value: '/exact(\\?.*)?' } };
  const headers = ['x-cardinal-client-issuer', 'x-cardinal-client-sub'].map(name => ({ name, type: 'Distinct' }));
  expect(one(objects, 'BackendTrafficPolicy', 'door').spec).toEqual({
    targetRefs: [gatewayRef],
    rateLimit: {
      local: {
        rules: [
          { clientSelectors: [exact], limit: { requests: 100, unit: 'Second' } },
          { clientSelectors: [orders], limit: { requests: 5, unit: 'Second' } },
        ],
      },
      global: {
        rules: [
          { clientSelectors: [{ ...orders, headers }], limit: { requests: 100, unit: 'Minute' }, shared: true },
          { clientSelectors: [{ headers }], limit: { requests: 100, unit: 'Minute' }, shared: true },
        ],
      },
    },
  });
  expect(one(objects, 'SecurityPolicy', 'door').spec.jwt.providers[0].claimToHeaders).toEqual([
    { claim: 'iss', header: 'x-cardinal-client-issuer' },
    { claim: 'sub', header: 'x-cardinal-client-sub' },
  ]);
});

describe('headers by which clients are counted are removed from requests, on every listener', () => {
  const policy = (edge: Partial<EdgeProps>, ...routes: [string, RouteProps?][]) =>
    one(render(door(edge, ...routes)), 'ClientTrafficPolicy', 'door').spec;

  test('where a claim identifies clients', () => {
    expect(
      policy({ perClientRateLimit: limit(ClientKey.claim('sub')) }, ['GET /open'], ['GET /orders', { auth: jwt() }]),
    ).toEqual({
      targetRefs: [gatewayRef],
      headers: { earlyRequestHeaders: { remove: ['x-cardinal-client-issuer', 'x-cardinal-client-sub'] } },
    });
  });

  test('where routes have limits by several claims, and another has API keys', () => {
    const remove = [
      'x-cardinal-client-issuer',
      'x-cardinal-client-tenant',
      'x-cardinal-client-sub',
      'x-cardinal-client-key',
    ];
    expect(
      policy(
        { tlsSecret: 'tls' },
        ['GET /a', { auth: jwt(), perClientRateLimit: limit(ClientKey.claim('tenant')) }],
        ['GET /b', { auth: jwt(), perClientRateLimit: limit(ClientKey.claim('sub')) }],
        ['GET /c', { auth: Auth.apiKey({ secret: 'keys' }) }],
      ),
    ).toEqual({ targetRefs: [gatewayRef], headers: { earlyRequestHeaders: { remove } }, tls: { minVersion: '1.2' } });
  });

  test('but not the header that something in front sets', () => {
    expect(
      names(
        render(door({ perClientRateLimit: limit(ClientKey.header('x-client')) }, ['GET /'])),
        'ClientTrafficPolicy',
      ),
    ).toEqual([]);
  });

  test.each<[string, RouteProps, RegExp]>([
    [
      'a limit by a header of that name',
      { perClientRateLimit: limit(ClientKey.header('x-cardinal-client-sub')) },
      /removes the header "x-cardinal-client-sub"/,
    ],
    [
      'a key in a header of that name',
      { auth: Auth.apiKey({ secret: 'keys', header: 'x-cardinal-client-key' }) },
      /removes the header "x-cardinal-client-key"/,
    ],
    [
      'a claim with the header of the issuer',
      { auth: jwt(), perClientRateLimit: limit(ClientKey.claim('issuer')) },
      /one header, "x-cardinal-client-issuer"/,
    ],
    [
      'a claim with the header of API keys',
      { auth: jwt(), perClientRateLimit: limit(ClientKey.claim('key')) },
      /one header, "x-cardinal-client-key"/,
    ],
  ])('%s throws', (_what, route, message) => {
    expect(() => render(door({}, ['GET /', route]))).toThrow(message);
  });

  test('two claims with one header throw', () => {
    const routes = ['user_id', 'user-id'].map((claim): [string, RouteProps] => [
      `GET /${claim}`,
      { auth: jwt(), perClientRateLimit: limit(ClientKey.claim(claim)) },
    ]);
    expect(() => render(door({}, ...routes))).toThrow(/one header, "x-cardinal-client-user-id"/);
  });
});

describe('a throttle that Envoy Gateway would count for each route separately throws', () => {
  const throttle = RateLimit.perSecond(5);

  test.each<[string, Partial<EdgeProps>, [string, RouteProps?][]]>([
    ['of an edge with several routes', {}, [['GET /a'], ['GET /b']]],
    ['of an edge with CORS, whose preflights are a route', { cors: { origins: ['*'] } }, [['GET /a']]],
    [
      'of an edge whose route has its own, which leaves that of the edge uncounted',
      {},
      [['GET /a', { rateLimit: throttle }]],
    ],
    [
      'of an edge with a login, whose callback is a route',
      {
        tlsSecret: 'tls',
        auth: Auth.oidc({ issuer: 'https://login.example', clientId: 'shop', clientSecret: 'login' }),
      },
      [['GET /a']],
    ],
  ])('%s', (_what, edge, routes) => {
    expect(() => render(door({ ...edge, rateLimit: throttle }, ...routes))).toThrow(
      /for the whole edge.*\(ThrottlePerRoute\)/,
    );
  });

  test('of an edge with a redirect', () => {
    const edge = door({ rateLimit: throttle }, ['GET /a']);
    edge.edges[0]?.redirect('GET /old', { path: '/a' });

    expect(() => render(edge)).toThrow(/for the whole edge.*\(ThrottlePerRoute\)/);
  });

  test.each<[Partial<EdgeProps>, RouteProps]>([
    [{ rateLimit: throttle }, {}],
    [{}, { rateLimit: throttle }],
  ])('of an edge or a route with several hosts, each of which has its own routes in Envoy', (edge, route) => {
    expect(() => render(door({ ...edge, alternativeHosts: ['www.example'] }, ['GET /a', route]))).toThrow(
      /2 hosts.*for each of them separately.*\(ThrottlePerRoute\)/s,
    );
  });

  test('unless there is one route, or a managed API in front counts', () => {
    const bucket = [{ limit: { requests: 5, unit: 'Second' } }];
    expect(
      one(render(door({ rateLimit: throttle }, ['GET /a'])), 'BackendTrafficPolicy', 'door').spec.rateLimit.local.rules,
    ).toEqual(bucket);
    expect(
      one(
        render(door({ rateLimit: throttle, front: restFront }, ['GET /a'], ['GET /b'])),
        'BackendTrafficPolicy',
        'door',
      ).spec.rateLimit.local.rules,
    ).toEqual(bucket);
  });
});

test('more limits than a BackendTrafficPolicy supports throw', () => {
  const routes = (count: number) =>
    Array.from({ length: count }, (_, index): [string, RouteProps] => [
      `GET /${index}`,
      { rateLimit: RateLimit.perSecond(5) },
    ]);
  const limits = Array.from({ length: 257 }, (_, index): [string, RouteProps] => [
    `GET /${index}`,
    { perClientRateLimit: limit(ClientKey.header('x-client')) },
  ]);

  expect(one(render(door({}, ...routes(16))), 'BackendTrafficPolicy', 'door').spec.rateLimit.local.rules).toHaveLength(
    16,
  );
  expect(() => render(door({}, ...routes(17)))).toThrow(/17 rate limits.*can have 16.*TooManyLimits/);
  expect(() => render(door({}, ...limits))).toThrow(/257 client limits.*256.*TooManyLimits/);
});

test('clients show certificates, over TLS 1.2 or newer', () => {
  expect(
    one(render(door({ tlsSecret: 'tls', clientCa: 'clients' }, ['GET /'])), 'ClientTrafficPolicy', 'door').spec,
  ).toEqual({
    headers: { xForwardedClientCert: { mode: 'SanitizeSet', certDetailsToAdd: ['Subject', 'Cert', 'DNS', 'URI'] } },
    targetRefs: [{ ...gatewayRef, sectionName: 'https' }],
    tls: {
      minVersion: '1.2',
      clientValidation: { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'clients' }] },
    },
  });
  expect(names(render(door({}, ['GET /'])), 'ClientTrafficPolicy')).toEqual([]);
});

test('REST for a gRPC service is a patch before the router, and the service is spoken to in HTTP/2', () => {
  const shop = new Topology('shop');
  const catalog = plain(shop, 'catalog', {
    port: Port.grpc(3550, { service: 'shop.Catalog', descriptor: catalogDescriptor() }),
  });
  shop
    .addEdge('door', { host: 'shop.example', tlsSecret: 'tls' })
    .route('GET /products/{id}', catalog, { grpcMethod: 'GetProduct' });

  const objects = render(shop);
  const [patch] = one(objects, 'EnvoyPatchPolicy', 'door').spec.jsonPatches;
  expect(patch).toMatchObject({
    name: 'shop/door/https',
    operation: { op: 'add', value: { name: 'envoy.filters.http.grpc_json_transcoder' } },
  });
  expect(one(objects, 'Service', 'catalog').spec.ports).toEqual([
    { name: 'grpc', port: 3550, targetPort: 3550, appProtocol: 'kubernetes.io/h2c' },
  ]);
});

test('traces go to the declared backend', () => {
  const tracing = Tracing.openTelemetry({ service: 'otel-collector', namespace: 'observability', samplingPercent: 5 });

  expect(one(render(door({}, ['GET /']), { tracing }), 'EnvoyProxy', 'door').spec.telemetry.tracing).toEqual({
    samplingFraction: { numerator: 500, denominator: 10_000 },
    provider: {
      type: 'OpenTelemetry',
      backendRefs: [{ name: 'otel-collector', namespace: 'observability', port: 4317 }],
    },
  });
});

test('traces can go to Zipkin, with tags of each kind; SkyWalking is an error', () => {
  const tags = {
    stage: TraceTag.literal('prod'),
    tenant: TraceTag.header('x-tenant', 'none'),
    zone: TraceTag.environment('ZONE'),
  };
  const props = { service: 'zipkin', namespace: 'observability', tags };
  const rendered = (tracing: Tracing) => render(door({}, ['GET /']), { tracing });

  const { tracing } = one(rendered(Tracing.zipkin(props)), 'EnvoyProxy', 'door').spec.telemetry;
  expect(tracing.provider).toEqual({
    type: 'Zipkin',
    backendRefs: [{ name: 'zipkin', namespace: 'observability', port: 9411 }],
  });
  expect(tracing.customTags).toEqual({
    stage: { type: 'Literal', literal: { value: 'prod' } },
    tenant: { type: 'RequestHeader', requestHeader: { name: 'x-tenant', defaultValue: 'none' } },
    zone: { type: 'Environment', environment: { name: 'ZONE' } },
  });
  expect(() => rendered(Tracing.skyWalking(props))).toThrow(expect.objectContaining({ code: 'NotRendered' }));
});

test('behind a managed API clients, keys and certificates are left to it', () => {
  const objects = render(
    door(
      {
        tlsSecret: 'tls',
        clientCa: 'clients',
        perClientRateLimit: limit(ClientKey.apiKey()),
        front: restFront,
        waf: true,
      },
      ['GET /', { auth: Auth.apiKey({ secret: 'keys' }) }],
    ),
  );

  expect([...names(objects, 'SecurityPolicy'), ...names(objects, 'BackendTrafficPolicy')]).toEqual([]);
  expect(one(objects, 'ClientTrafficPolicy', 'door').spec.tls.clientValidation).toBeUndefined();
});

test.each<[string, RegExp, Partial<EdgeProps>, RouteProps]>([
  ['a firewall', /a web application firewall, which Envoy Gateway does not support.*`front`/s, { waf: true }, {}],
  [
    'request shapes',
    /request validation, which Envoy Gateway does not support/,
    {},
    { requestValidation: { query: ['q'] } },
  ],
  [
    'keys without `jwks` or `jwksUri`',
    /jwksUri/,
    {},
    { auth: Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] }) },
  ],
  [
    'client ids in place of audiences',
    /\[shop\/door\/GET \/\].*without `aud`/s,
    {},
    { auth: Auth.jwt({ ...token, clientIdAsAudience: true }) },
  ],
  [
    'a claim within another',
    /"a\.b" as a nested claim/,
    { auth: jwt(), perClientRateLimit: limit(ClientKey.claim('a.b')) },
    {},
  ],
  [
    'a failure mode that its installation does not have',
    /failClosed/,
    { perClientRateLimit: limit(ClientKey.header('x-client'), FailureMode.FAIL_CLOSED) },
    {},
  ],
])('Envoy Gateway with %s throws', (_what, message, edge, route) => {
  expect(() => render(door(edge, ['GET /', route]))).toThrow(message);
});

test('an edge without a gateway is an error', () => {
  expect(() =>
    Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology: door({}, ['GET /']), mesh: Mesh.none() })),
  ).toThrow(/requires an edge/);
});

function never(): never {
  throw new Error('the topology has an edge');
}

test.each([
  [{ controllerNamespce: 'eg' }, 'There is no property "controllerNamespce"'],
  [{ gatewayClass: 5 }, '`gatewayClass` is 5, not a text.'],
  [{ gatewayClass: 'My class' }, '"My class" cannot be the name of a GatewayClass.'],
  [{ namespace: 'Envoy Gateway' }, '"Envoy Gateway" is not a DNS label, so it cannot be the name of a namespace.'],
])('Envoy Gateway with %j is rejected', (props, message) => {
  expect(() => new EnvoyGateway(props as never)).toThrow(`[EnvoyGateway] ${message}`);
});
