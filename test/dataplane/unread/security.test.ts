import { endsOf, gatewayApi, istio, meshConfig, traffic } from '../../testing/traffic/support';

const CLAIMS = { claims: { iss: 'https://issuer.example', sub: 'ann' } };
const ask = (objects: readonly object[], props = {}) => traffic(objects).from('web').http('GET http://cart/', props);
const matrixLine = (objects: readonly object[]) =>
  String(traffic(objects).matrix())
    .split('\n')
    .find(each => each.startsWith('shop/web-v1 '));
const toCart = { selector: { matchLabels: { app: 'cart' } } };
const policy = (kind: string, spec: object) => istio(kind, 'it', { ...toCart, ...spec });
const networkPolicy = (spec: object) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'it', namespace: 'shop' },
  spec: { podSelector: { matchLabels: { app: 'cart' } }, ...spec },
});

const UNREAD: readonly (readonly [string, object, RegExp])[] = [
  [
    'the source of an AuthorizationPolicy',
    policy('AuthorizationPolicy', { rules: [{ from: [{ source: { moons: ['x'] } }] }] }),
    /AuthorizationPolicy shop\/it .*from\[0\]\.source\.moons/,
  ],
  [
    'the operation of an AuthorizationPolicy',
    policy('AuthorizationPolicy', { rules: [{ to: [{ operation: { moons: ['x'] } }] }] }),
    /to\[0\]\.operation\.moons/,
  ],
  [
    'a rule of an AuthorizationPolicy',
    policy('AuthorizationPolicy', { rules: [{ moons: ['x'] }] }),
    /spec\.rules\[0\]\.moons/,
  ],
  [
    'a RequestAuthentication',
    policy('RequestAuthentication', { jwtRules: [{ issuer: 'x', fromMoon: ['x'] }] }),
    /RequestAuthentication shop\/it .*jwtRules\[0\]\.fromMoon/,
  ],
  [
    'a PeerAuthentication',
    policy('PeerAuthentication', { mtls: { mode: 'STRICT', moon: 1 } }),
    /PeerAuthentication shop\/it .*spec\.mtls\.moon/,
  ],
  [
    'a NetworkPolicy',
    networkPolicy({ ingress: [{ from: [{ moonSelector: {} }] }] }),
    /NetworkPolicy shop\/it .*from\[0\]\.moonSelector/,
  ],
  [
    'a ProxyConfig',
    {
      apiVersion: 'networking.istio.io/v1beta1',
      kind: 'ProxyConfig',
      metadata: { name: 'it', namespace: 'shop' },
      spec: { environmentVariables: { ISTIO_META_X: 'y' } },
    },
    /ProxyConfig shop\/it .*environmentVariables/,
  ],
  [
    'the mesh',
    meshConfig({ discoverySelectors: [{ matchLabels: { a: 'b' } }] }),
    /ConfigMap istio-system\/istio .*discoverySelectors/,
  ],
  ['the mesh, of a later release', meshConfig({ moon: 1 }), /ConfigMap istio-system\/istio .*moon/],
  ['the exports of the mesh', meshConfig({ defaultServiceExportTo: ['.'] }), /defaultServiceExportTo/],
  ['other trust domains of the mesh', meshConfig({ trustDomainAliases: ['old.example'] }), /trustDomainAliases/],
  [
    'the distribution of the mesh',
    meshConfig({ localityLbSetting: { distribute: [{ from: 'a/*', to: { 'b/*': 100 } }] } }),
    /localityLbSetting\.distribute/,
  ],
  [
    'services of the mesh',
    meshConfig({ serviceSettings: [{ settings: { clusterLocal: true }, hosts: ['*'] }] }),
    /serviceSettings/,
  ],
  [
    'the proxies of the mesh',
    meshConfig({ defaultConfig: { proxyMetadata: { ISTIO_META_X: 'y' } } }),
    /defaultConfig\.proxyMetadata\.ISTIO_META_X/,
  ],
];

describe.each(UNREAD)('a field that is not simulated, of %s', (_what, object, message) => {
  test('is named', () => {
    expect(() => ask([object])).toThrow(message);
  });

  test('is a star in the matrix', () => {
    expect(matrixLine([object])).toContain('shop/cart-v1:8080*');
  });
});

test.each<readonly [string, object]>([
  [
    'an AuthorizationPolicy for others',
    istio('AuthorizationPolicy', 'it', { selector: { matchLabels: { app: 'old' } }, moons: 1 }),
  ],
  [
    'a RequestAuthentication of another namespace',
    istio('RequestAuthentication', 'it', { jwtRules: [{ issuer: 'x', fromMoon: 1 }] }, 'money'),
  ],
  ['a NetworkPolicy for others', { ...networkPolicy({ podSelector: { matchLabels: { app: 'old' } }, moons: 1 }) }],
  [
    'a mesh with settings that decide nothing',
    meshConfig({
      defaultServiceExportTo: ['*'],
      accessLogFile: '/dev/stdout',
      enablePrometheusMerge: true,
      defaultProviders: { metrics: ['prometheus'] },
      rootNamespace: 'istio-system',
      defaultConfig: {
        discoveryAddress: 'istiod.istio-system.svc:15012',
        holdApplicationUntilProxyStarts: true,
        proxyMetadata: { ISTIO_META_DNS_CAPTURE: 'true' },
      },
      extensionProviders: [{ name: 'x', opentelemetry: { service: 'x', port: 1 } }],
      localityLbSetting: { enabled: false },
    }),
  ],
])('%s is no obstacle', (_what, object) => {
  ask([object]).expectRoutedTo('cart');
});

test('a mesh configuration that cannot be read is not taken for none', () => {
  const broken = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'istio', namespace: 'istio-system' },
    data: { mesh: 'a: [' },
  };
  expect(() => ask([broken])).toThrow(
    /ConfigMap istio-system\/istio has a mesh configuration that is not one YAML document \(data\.mesh\)/,
  );
  expect(matrixLine([broken])).toContain('*');
});

test('the per-try timeout of the mesh is that of routes without retries of their own', () => {
  expect(ask([meshConfig({ defaultHttpRetryPolicy: { attempts: 3, perTryTimeout: '2s' } })])).toMatchObject({
    retries: 3,
    perTryTimeout: 2000,
  });
});

describe('the header in which a rule finds a token', () => {
  const tokens = (fromHeader: object) =>
    policy('RequestAuthentication', {
      jwtRules: [{ issuer: 'https://issuer.example', jwks: '{}', fromHeaders: [fromHeader] }],
    });
  const needsToken = policy('AuthorizationPolicy', { rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }] });
  const CART = 'cart-v1 50%, cart-v2 50%';

  test.each<readonly [string, object, object, string]>([
    ['is verified behind its prefix', { name: 'Authorization', prefix: 'Bearer ' }, {}, CART],
    ['is verified behind a prefix without its space', { name: 'authorization', prefix: 'Bearer' }, {}, CART],
    ['is verified without a prefix', { name: 'x-token' }, { tokenHeader: 'x-token' }, CART],
    [
      'has no token without its prefix, so that the request has no identity',
      { name: 'x-token', prefix: 'JWT ' },
      { tokenHeader: 'x-token' },
      '403',
    ],
    ['has no token behind another prefix', { name: 'authorization', prefix: 'Token ' }, {}, '403'],
    ['has no valid token where the word before it is taken for a part of it', { name: 'authorization' }, {}, '401'],
    ['has no valid token behind a part of the word', { name: 'authorization', prefix: 'Bear' }, {}, '401'],
  ])('%s', (_what, fromHeader, props, expected) => {
    expect(endsOf(ask([tokens(fromHeader), needsToken], { ...CLAIMS, ...props }))).toBe(expected);
  });
});

test.each([
  ['true', 'cart-v1 50%, cart-v2 50%'],
  ['True', 'cart-v1 50%, cart-v2 50%'],
  ['1', 'cart-v1 50%, cart-v2 50%'],
  ['t', 'cart-v1 50%, cart-v2 50%'],
  ['false', '403'],
  ['yes', '403'],
  ['tRUE', '403'],
])('a policy with istio.io/dry-run: %s has requests end at %s', (value, expected) => {
  const denying = istio('AuthorizationPolicy', 'it', { ...toCart, action: 'DENY', rules: [{}] }, 'shop', {
    annotations: { 'istio.io/dry-run': value },
  });
  expect(endsOf(ask([denying]))).toBe(expected);
});

test('a ReferenceGrant with a field that is not simulated is named where a route needs it', () => {
  const door = gatewayApi('Gateway', 'door', {
    gatewayClassName: 'istio',
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
  });
  const route = gatewayApi('HTTPRoute', 'it', {
    parentRefs: [{ name: 'door' }],
    rules: [{ backendRefs: [{ name: 'bank', namespace: 'money', port: 80 }] }],
  });
  const grant = gatewayApi(
    'ReferenceGrant',
    'it',
    {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'shop', moon: 1 }],
      to: [{ group: '', kind: 'Service' }],
    },
    'money',
  );
  expect(() => traffic([door, route, grant]).fromInternet('GET http://a.example/')).toThrow(
    /ReferenceGrant money\/it .*from\[0\]\.moon/,
  );
});
