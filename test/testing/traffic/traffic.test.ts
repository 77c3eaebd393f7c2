import fc from 'fast-check';
import { Traffic } from '../../../lib/testing';
import { manifestsOf } from '../../support/manifests';
import { cartRules, endsOf, istio, pods, service, TOWN, traffic } from './support';

test('a caller is named by its workload, without its version, or by its Service, with its namespace if need be', () => {
  const twins = traffic([
    pods('web', 'v1', { namespace: 'money' }),
    { ...service('shopfront'), spec: { selector: { app: 'web' }, ports: [] } },
  ]);
  const ask = (name: string) => endsOf(twins.from(name).http('GET http://bank.money/'));
  expect(['shop/web-v1', 'shop/web', 'shopfront', 'cart-v2', 'bank'].map(ask)).toEqual(Array(5).fill('bank-v1'));
  expect(() => ask('web')).toThrow('web exists in the namespaces shop, money. Add one as a prefix: "shop/web".');
  expect(() => ask('nobody')).toThrow(
    'No workload or Service has the name nobody. Existing ones: money/bank-v1, money/web-v1, shop/cart-v1',
  );
});

test.each(['cart', 'GET cart', 'get http://cart/', 'GET ftp://cart/', 'GET http://cart/ x', ''])(
  '"%s" is no request',
  text => {
    expect(() => traffic().from('web').http(text)).toThrow(
      'is not a request. Write a method and a URL, such as "GET http://cart:8080/items".',
    );
  },
);

const grpcPolicy = istio('AuthorizationPolicy', 'cart', {
  selector: { matchLabels: { app: 'cart' } },
  rules: [{ to: [{ operation: { paths: ['/pkg.Cart/Add'] } }] }],
});

test('a gRPC method that several policies contain is the one in the policy of the callee', () => {
  const other = istio('AuthorizationPolicy', 'bank', {
    selector: { matchLabels: { app: 'bank' } },
    rules: [{ to: [{ operation: { paths: ['/pkg.Bank/Add'] } }] }],
  });
  const everywhere = istio('AuthorizationPolicy', 'all', {
    rules: [{ to: [{ operation: { paths: ['/pkg.All/Add'] } }] }],
  });
  const web = traffic([grpcPolicy, other, everywhere]).from('web');
  expect(endsOf(web.grpc('cart', 'Add'))).toBe('cart-v1 50%, cart-v2 50%');
  const elsewhere = { ...grpcPolicy, metadata: { name: 'cart', namespace: 'money' } };
  expect(() => traffic([elsewhere, other]).from('web').grpc('cart', 'Add')).toThrow('several candidates');
});

test('a gRPC method is named in full, or alone where a policy or route has its service', () => {
  const web = traffic([grpcPolicy]).from('web');
  expect([
    endsOf(web.grpc('cart', 'Add')),
    endsOf(web.grpc('cart:80', 'pkg.Cart/Add')),
    endsOf(web.grpc('cart', 'pkg.Cart/Clear')),
  ]).toEqual(['cart-v1 50%, cart-v2 50%', 'cart-v1 50%, cart-v2 50%', '403']);
  expect(() => web.grpc('cart', 'Clear')).toThrow(
    'No policy or route contains the gRPC service of cart\'s method Clear. Write it in full: "package.Service/Clear".',
  );
  expect(() => web.grpc('nobody', 'pkg.Cart/Add')).toThrow(
    'The name nobody does not resolve to a Service in namespace shop',
  );
});

test('expectations hold or report the whole path', () => {
  const result = traffic([
    cartRules({
      timeout: '3s',
      retries: { attempts: 1, perTryTimeout: '1s' },
      route: [{ destination: { host: 'cart' } }],
      mirror: { host: 'old' },
    }),
  ])
    .from('web')
    .http('GET http://cart/a?b=c');

  result.expectAllowed();
  result.expectRoutedTo('cart');
  result.expectSplit({ v1: 50, v2: 50 });
  result.expectSplit({ 'cart-v1': 50, 'shop/cart-v2': 50 });
  for (const fails of [
    () => result.expectDenied(),
    () => result.expectDenied(403),
    () => result.expectRoutedTo('cart-v1'),
    () => result.expectSplit({ v1: 50 }),
    () => result.expectSplit({ v1: 60, v2: 40 }),
    () => result.expectRedirectedTo('http://x/'),
  ]) {
    expect(fails).toThrow(/^Expected the request to /);
  }
  expect(result.explain()).toBe(
    [
      'shop/web-v1 → GET http://cart/a?b=c',
      '  routed by VirtualService shop/cart (spec.http[0])',
      '  timeout 3 s',
      '  1 retry, per-try timeout 1 s, on connect-failure, refused-stream, unavailable, cancelled, '
        + 'retriable-status-codes',
      '  mirrored to shop/old-v1',
      '  50% routed to shop/cart-v1:8080 with path /a?b=c',
      '  50% routed to shop/cart-v2:8080 with path /a?b=c',
    ].join('\n'),
  );
});

test('a denied request names the policy and the reason', () => {
  const result = traffic([istio('AuthorizationPolicy', 'none', {})])
    .from('web')
    .http('GET http://bank.money/');
  result.expectAllowed();
  const refused = traffic([istio('AuthorizationPolicy', 'none', {}, 'money')])
    .from('web')
    .http('GET http://bank.money/');
  refused.expectDenied();
  refused.expectDenied(403);
  refused.expectSplit({ 403: 100 });
  expect(refused.outcomes).toEqual([
    expect.objectContaining({
      destination: '',
      status: 403,
      by: 'AuthorizationPolicy money/none',
      reason: 'denied by AuthorizationPolicy money/none at bank-v1: no rule of money/none matches',
    }),
  ]);
});

const onlyWeb = istio(
  'AuthorizationPolicy',
  'bank',
  {
    selector: { matchLabels: { app: 'bank' } },
    rules: [{ from: [{ source: { principals: ['*/sa/web'] } }], to: [{ operation: { methods: ['GET'] } }] }],
  },
  'money',
);
const closed = istio('Sidecar', 'closed', {
  egress: [{ hosts: ['money/*'] }],
  outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
});

test('the matrix has the callers of each callee, with a star where only some requests are allowed', () => {
  const matrix = traffic([onlyWeb, closed]).matrix();
  expect(String(matrix).split('\n')).toEqual([
    'money/bank-v1 → shop/cart-v1:8080, shop/cart-v1:8081, shop/cart-v1:9000, shop/cart-v2:8080, '
      + 'shop/cart-v2:8081, shop/cart-v2:9000, shop/old-v1:8080, shop/old-v1:8081, shop/old-v1:9000, '
      + 'shop/web-v1:8080, shop/web-v1:8081, shop/web-v1:9000',
    'shop/old-v1 → shop/cart-v1:8080, shop/cart-v1:8081, shop/cart-v1:9000, shop/cart-v2:8080, '
      + 'shop/cart-v2:8081, shop/cart-v2:9000, shop/old-v1:8080, shop/old-v1:8081, shop/old-v1:9000, '
      + 'shop/web-v1:8080, shop/web-v1:8081, shop/web-v1:9000',
    'shop/web-v1 → money/bank-v1:8080*, money/bank-v1:8081*',
  ]);
  expect([
    matrix.has('shop/web-v1', 'money/bank-v1'),
    matrix.has('shop/web-v1', 'money/bank-v1:8080'),
    matrix.has('shop/cart-v1', 'money/bank-v1'),
  ]).toEqual([true, true, false]);
});

test('the matrix follows routes, also from outside', () => {
  const gateway = istio('Gateway', 'door', {
    selector: { istio: 'ingressgateway' },
    servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
  });
  const outside = istio('VirtualService', 'out', {
    hosts: ['a.example'],
    gateways: ['door'],
    http: [{ match: [{ uri: { prefix: '/a' } }], route: [{ destination: { host: 'web', port: { number: 80 } } }] }],
  });
  const moved = istio('VirtualService', 'cart', {
    hosts: ['cart'],
    http: [{ match: [{ port: 80 }], route: [{ destination: { host: 'web' } }] }],
  });
  const matrix = traffic([
    closed,
    istio('Sidecar', 'web', {
      workloadSelector: { labels: { app: 'web' } },
      egress: [{ hosts: ['./cart.shop.svc.cluster.local'] }],
    }),
    moved,
    gateway,
    outside,
  ]).matrix();
  expect(
    matrix.reaches
      .filter(({ from }) => ['internet', 'shop/web-v1'].includes(from))
      .map(({ from, to, isUnconditional }) => `${from} ${to} ${isUnconditional}`),
  ).toEqual([
    'internet shop/web-v1:8080 false',
    // Past the proxy, to what its Sidecar does not include.
    'shop/web-v1 money/bank-v1:8080 true',
    'shop/web-v1 money/bank-v1:8081 true',
    'shop/web-v1 money/bank-v1:9000 true',
    'shop/web-v1 shop/cart-v1:8081 true',
    'shop/web-v1 shop/cart-v1:9000 true',
    'shop/web-v1 shop/cart-v2:8081 true',
    'shop/web-v1 shop/cart-v2:9000 true',
    'shop/web-v1 shop/old-v1:8080 true',
    'shop/web-v1 shop/old-v1:8081 true',
    'shop/web-v1 shop/old-v1:9000 true',
    'shop/web-v1 shop/web-v1:8080 true',
    'shop/web-v1 shop/web-v1:8081 true',
    'shop/web-v1 shop/web-v1:9000 true',
  ]);
});

test('the matrix includes what a gateway allows, and the destinations of TCP rules', () => {
  const gateway = istio('Gateway', 'door', {
    selector: { istio: 'ingressgateway' },
    servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
  });
  const outside = istio('VirtualService', 'out', {
    hosts: ['a.example'],
    gateways: ['door'],
    http: [{ route: [{ destination: { host: 'web', port: { number: 80 } } }] }],
  });
  const tcp = istio('VirtualService', 'raw', {
    hosts: ['cart'],
    tcp: [{ match: [{ port: 9000 }], route: [{ destination: { host: 'old' } }] }],
  });
  const policy = (rules: object[]) => istio('AuthorizationPolicy', 'door', { rules }, 'istio-system', {});
  const to = (...objects: object[]) =>
    traffic([gateway, outside, tcp, ...objects])
      .matrix()
      .reaches.filter(({ from }) => from === 'internet')
      .map(({ to, isUnconditional }) => `${to} ${isUnconditional}`);
  expect([to(), to(policy([{ to: [{ operation: { methods: ['GET'] } }] }])), to(policy([]))]).toEqual([
    ['shop/web-v1:8080 true'],
    ['shop/web-v1:8080 false'],
    [],
  ]);
  const matrix = traffic([tcp]).matrix();
  expect([matrix.has('shop/web-v1', 'shop/cart-v1:9000'), matrix.has('shop/web-v1', 'shop/old-v1:9000')]).toEqual([
    false,
    true,
  ]);
});

const versions = istio('DestinationRule', 'cart', {
  host: 'cart',
  subsets: ['v1', 'v2'].map(name => ({ name, labels: { version: name } })),
});
const split = (v1: number, more: object = {}) =>
  cartRules({
    ...more,
    route: [
      { destination: { host: 'cart', subset: 'v1' }, weight: v1 },
      { destination: { host: 'cart', subset: 'v2' }, weight: 100 - v1 },
    ],
  });

test('a difference describes what changes, once for all callers that it concerns', () => {
  const narrow = istio('Sidecar', 'narrow', { egress: [{ hosts: ['./cart.shop.svc.cluster.local'] }] });
  const before = traffic([versions, narrow, split(90, { timeout: '3s' })]);
  expect(Traffic.diff(before, traffic([versions, narrow, split(50, { timeout: '1s' })]))).toEqual([
    'money/bank-v1, shop/cart-v1, shop/cart-v2, shop/web-v1 → cart.shop:80: 90% shop/cart-v1:8080, 10% '
      + 'shop/cart-v2:8080, timeout 3 s, 2 retries'
      + ' → 50% shop/cart-v1:8080, 50% shop/cart-v2:8080, timeout 1 s, 2 retries',
    'money/bank-v1, shop/cart-v1, shop/cart-v2, shop/web-v1 → cart.shop:81: 90% shop/cart-v1:8081, 10% '
      + 'shop/cart-v2:8081, timeout 3 s, 2 retries'
      + ' → 50% shop/cart-v1:8081, 50% shop/cart-v2:8081, timeout 1 s, 2 retries',
  ]);
  expect(Traffic.diff(before, before)).toEqual([]);
});

test('a difference reports what is denied, in part, new and gone', () => {
  const narrow = istio('Sidecar', 'narrow', { egress: [{ hosts: ['money/*'] }] });
  const deny = istio(
    'AuthorizationPolicy',
    'deny',
    {
      action: 'DENY',
      selector: { matchLabels: { app: 'bank' } },
      rules: [{ from: [{ source: { namespaces: ['shop'] } }] }],
    },
    'money',
  );
  const changes = (before: object[], after: object[]) =>
    Traffic.diff(traffic([narrow, ...before]), traffic([narrow, ...after])).filter(each =>
      each.includes('bank.money:80'),
    );
  expect(changes([], [deny])).toEqual([
    'shop/cart-v1, shop/cart-v2, shop/web-v1 → bank.money:80: money/bank-v1:8080, 2 retries → denied at '
      + 'money/bank-v1:8080, 2 retries',
  ]);
  expect(changes([], [onlyWeb])).toEqual([
    'money/bank-v1, shop/cart-v1, shop/cart-v2 → bank.money:80: money/bank-v1:8080, 2 retries → denied '
      + 'at money/bank-v1:8080, 2 retries',
    'shop/old-v1 → bank.money:80: money/bank-v1:8080 → denied at money/bank-v1:8080',
    'shop/web-v1 → bank.money:80: money/bank-v1:8080, 2 retries → money/bank-v1:8080 (some requests), 2 retries',
  ]);
});

test('the order of manifests means nothing', () => {
  const objects = [
    ...TOWN,
    versions,
    split(30),
    onlyWeb,
    closed,
    istio('VirtualService', 'second', { hosts: ['cart'], http: [{ directResponse: { status: 299 } }] }),
    istio('DestinationRule', 'a', { host: '*.shop.svc.cluster.local', trafficPolicy: { tls: { mode: 'DISABLE' } } }),
  ];
  const seen = (each: readonly object[]) => {
    const all = Traffic.of(manifestsOf(each));
    return [
      String(all.matrix()),
      all.from('cart-v1').http('GET http://cart/').explain(),
      all.from('bank').http('GET http://cart.shop/').explain(),
      all.from('web').http('GET http://bank.money/').explain(),
    ];
  };
  const expected = seen(objects);
  fc.assert(
    fc.property(fc.shuffledSubarray(objects, { minLength: objects.length }), shuffled => {
      expect(seen(shuffled)).toEqual(expected);
    }),
    { numRuns: 20 },
  );
});

test('no caller can send what no policy allows', () => {
  const callers = fc.constantFrom('web', 'cart-v1', 'old', 'bank');
  const paths = fc.constantFrom('/', '/a', '/pkg.Cart/Add');
  fc.assert(
    fc.property(callers, paths, fc.constantFrom('GET', 'POST'), (caller, path, method) => {
      const none = traffic([istio('AuthorizationPolicy', 'none', { selector: { matchLabels: { app: 'cart' } } })]);
      none.from(caller).http(`${method} http://cart.shop${path}`).expectDenied(403);
    }),
    { numRuns: 30 },
  );
});
