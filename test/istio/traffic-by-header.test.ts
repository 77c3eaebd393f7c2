import { Duration } from 'cdk8s';
import fc from 'fast-check';
import {
  type CallPolicy,
  ClusterApp,
  HeaderMatch,
  Mesh,
  Operation,
  type Service,
  Topology,
  TopologyChart,
} from '../../lib';
import { unsupportedFeatures } from '../../lib/kubernetes';
import { Manifests, Traffic } from '../../lib/testing';
import { problemsOf } from '../support/schemas';
import { one, plain, render } from './support';

const jason = HeaderMatch.exact('end-user', 'jason');
const AS_JASON = { headers: { 'end-user': 'jason' } };

function shopWith(policy: CallPolicy, declare: (cart: Service) => unknown = () => undefined) {
  const shop = new Topology('shop');
  const cart = plain(shop, 'cart', { versions: { v1: {}, v2: {} } });
  plain(shop, 'web').calls(cart, policy);
  declare(cart);
  return { shop, cart };
}

/** The requests of web, as a proxy with the rendered rules sends them. */
function webIn(shop: Topology) {
  const app = new ClusterApp();
  new TopologyChart(app, 'shop', { topology: shop, mesh: Mesh.istio() });
  return Traffic.of(Manifests.ofApp(app)).from('web');
}

const nothing = () => undefined;

const rulesOf = (shop: Topology) => one(render(shop), 'VirtualService', 'cart').spec.http as Record<string, unknown>[];

test('a delay and an abort are injected into requests with a header alone', () => {
  const { shop } = shopWith({
    faults: { delay: { duration: Duration.seconds(7) }, abort: { status: 503 }, match: jason },
  });
  const web = webIn(shop);

  web.http('GET http://cart/', AS_JASON).expectDenied(503);
  expect(web.http('GET http://cart/', AS_JASON).delay).toBe(7000);
  web.http('GET http://cart/').expectAllowed();
  expect(web.http('GET http://cart/').delay).toBe(0);
  expect(rulesOf(shop).map(({ match, fault }) => [match, fault !== undefined])).toEqual([
    [[{ port: 80, headers: { 'end-user': { exact: 'jason' } } }], true],
    [[{ port: 80 }], false],
  ]);
});

test('two callers have faults for different headers', () => {
  const { shop, cart } = shopWith({ faults: { abort: { status: 503 }, match: jason } });
  plain(shop, 'app').calls(cart, { faults: { abort: { status: 503 }, match: HeaderMatch.exact('end-user', 'ann') } });
  const web = webIn(shop);

  web.http('GET http://cart/', AS_JASON).expectDenied(503);
  web.http('GET http://cart/', { headers: { 'end-user': 'ann' } }).expectAllowed();
  expect(
    unsupportedFeatures(shop, { name: 'a stone', capabilities: [] }).filter(({ path }) => path === 'shop/cart'),
  ).toHaveLength(1);
});

test('faults by header apply to requests that a header routes, where both can be met', () => {
  const tester = HeaderMatch.exact('x-tester', 'yes');
  const { shop } = shopWith({ faults: { abort: { status: 503 }, match: jason } }, cart => {
    cart.routeTo('v2', tester);
    cart.routeTo('v2', HeaderMatch.exact('end-user', 'ann'));
  });
  const web = webIn(shop);

  web.http('GET http://cart/', { headers: { 'end-user': 'jason', 'x-tester': 'yes' } }).expectDenied(503);
  web.http('GET http://cart/', { headers: { 'x-tester': 'yes' } }).expectSplit({ v2: 100 });
  web.http('GET http://cart/', { headers: { 'end-user': 'ann' } }).expectSplit({ v2: 100 });
  web.http('GET http://cart/', AS_JASON).expectDenied(503);
  expect(rulesOf(shop)).toHaveLength(5);
});

test.each<[string, HeaderMatch, HeaderMatch, string | undefined]>([
  ['one value twice', jason, jason, 'jason'],
  ['a value and its prefix', jason, HeaderMatch.prefix('end-user', 'ja'), 'jason'],
  ['a prefix and its value', HeaderMatch.prefix('end-user', 'ja'), jason, 'jason'],
  ['two prefixes', HeaderMatch.prefix('end-user', 'j'), HeaderMatch.prefix('end-user', 'jas'), 'jason'],
  ['a value and another prefix', jason, HeaderMatch.prefix('end-user', 'x'), undefined],
  ['two other prefixes', HeaderMatch.prefix('end-user', 'j'), HeaderMatch.prefix('end-user', 'x'), undefined],
])('conditions on one header are combined: %s', (_name, match, routed, value) => {
  const { shop } = shopWith({ faults: { abort: { status: 503 }, match } }, cart => {
    cart.routeTo('v2', routed);
  });

  expect(rulesOf(shop)).toHaveLength(value ? 4 : 3);
  if (value) {
    webIn(shop)
      .http('GET http://cart/', { headers: { 'end-user': value } })
      .expectDenied(503);
  }
});

test('two expressions on one header that may both match are an error', () => {
  const { shop } = shopWith({ faults: { abort: { status: 503 }, match: HeaderMatch.regex('x', '.*b') } }, cart => {
    cart.routeTo('v2', HeaderMatch.prefix('x', 'a'));
  });

  expect(() => render(shop)).toThrow('[shop/cart] Requests can match both "a" and ".*b" in the header x');
});

test('requests with a header have a split of their own, all others the general one', () => {
  const { shop } = shopWith({}, cart => {
    cart.split({ v1: 99.5, v2: 0.5 });
    cart.split({ v1: 25, v2: 75 }, jason);
  });
  const web = webIn(shop);

  web.http('GET http://cart/', AS_JASON).expectSplit({ v1: 25, v2: 75 });
  web.http('GET http://cart/').expectSplit({ v1: 99.5, v2: 0.5 });
  expect(rulesOf(shop)[1]).toMatchObject({ route: [{ weight: 995 }, { weight: 5 }] });
});

test('percentages of any decimals are integers of the same proportions', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999 }), millionths => {
      const { shop } = shopWith({}, cart => {
        cart.split({ v1: millionths / 10_000, v2: (1_000_000 - millionths) / 10_000 });
      });
      const [{ route }] = rulesOf(shop) as unknown as [{ route: { weight: number }[] }];
      const [one = 0, other = 0] = route.map(({ weight }) => weight);

      expect([one, other].every(Number.isInteger)).toBe(true);
      expect(one / (one + other)).toBeCloseTo(millionths / 1_000_000, 9);
    }),
    { numRuns: 30 },
  );
});

test('requests with a header are mirrored, in place of the general mirror', () => {
  const { shop } = shopWith({}, cart => {
    cart.mirrorTo('v1', 50);
    cart.mirrorTo('v2', 0.5, jason);
  });
  const web = webIn(shop);

  expect(web.http('GET http://cart/', AS_JASON).mirrors).toEqual(['shop/cart-v2']);
  expect(web.http('GET http://cart/').mirrors).toEqual(['shop/cart-v1']);
});

test('a header route without a mirror of its own has the general one', () => {
  const { shop } = shopWith({}, cart => {
    cart.routeTo('v2', jason);
    cart.mirrorTo('v1');
  });

  expect(webIn(shop).http('GET http://cart/', AS_JASON).mirrors).toEqual(['shop/cart-v1']);
});

test('requests with a header get a direct response, with neither retries nor faults', () => {
  const { shop } = shopWith({ faults: { abort: { status: 500 } } }, cart => {
    cart.respondDirectly(jason, { status: 418, body: 'no' });
  });

  webIn(shop).http('GET http://cart/', AS_JASON).expectDenied(418);
  webIn(shop).http('GET http://cart/').expectDenied(500);
  expect(rulesOf(shop)[0]).toEqual({
    match: [{ port: 80, headers: { 'end-user': { exact: 'jason' } } }],
    directResponse: { status: 418, body: { string: 'no' } },
  });
  expect(one(render(shop), 'VirtualService', 'cart')).toBeDefined();
  expect(names(shop)).not.toContain('DestinationRule');
});

const names = (shop: Topology) => render(shop).map(({ kind }) => kind);

test('headers of requests and responses are changed, and "%" is literal', () => {
  const { shop } = shopWith({
    headers: {
      request: { set: { 'x-shop': '100%' }, add: { 'x-via': 'web' }, remove: ['x-secret', 'x-debug'] },
      response: { set: { 'x-cart': '1' } },
    },
  });
  const result = webIn(shop).http('GET http://cart/', { headers: { 'x-secret': '1' } });

  expect(rulesOf(shop)[0]).toMatchObject({
    headers: {
      request: { set: { 'x-shop': '100%%' }, add: { 'x-via': 'web' }, remove: ['x-debug', 'x-secret'] },
      response: { set: { 'x-cart': '1' } },
    },
  });
  expect(result.responseHeaders).toEqual({ 'x-cart': '1' });
  expect(result.outcomes[0]?.headers).toMatchObject({ 'x-shop': '100%', 'x-via': 'web' });
  expect(result.outcomes[0]?.headers).not.toHaveProperty('x-secret');
});

test.each([
  ['/api', '/v1', '/api', '/v1'],
  ['/api', '/v1', '/api/a?q=/api', '/v1/a?q=/api'],
  ['/api', '/v1', '/apis/a', '/apis/a'],
  ['/api', '/v1', '/x/api', '/x/api'],
  ['/api', '/', '/api', '/'],
  ['/api', '/', '/api/', '/'],
  ['/api', '/', '/api/a', '/a'],
  ['/', '/v1', '/', '/v1/'],
  ['/', '/v1', '/a', '/v1/a'],
  ['/a.b', '/c', '/axb/d', '/axb/d'],
  ['/a.b', '/c', '/a.b/d', '/c/d'],
])('the prefix %s is replaced by %s in %s: %s', (from, to, path, rewritten) => {
  const { shop } = shopWith({ rewrite: { pathPrefix: { from, to } } });

  expect(webIn(shop).http(`GET http://cart${path}`).outcomes[0]?.path).toBe(rewritten);
});

test('the host is rewritten', () => {
  const { shop } = shopWith({ rewrite: { host: 'cart.example' } });

  expect(rulesOf(shop)[0]).toMatchObject({ rewrite: { authority: 'cart.example' } });
});

test('all of it is valid by the schemas of Istio, and of the Gateway API behind an edge', () => {
  const everything: CallPolicy = {
    faults: { abort: { status: 503 }, match: jason },
    headers: { request: { set: { a: 'b' } } },
    rewrite: { pathPrefix: { from: '/a', to: '/b' }, host: 'c.example' },
  };
  const { shop, cart } = shopWith(everything, service => {
    service.split({ v1: 99.5, v2: 0.5 });
    service.split({ v1: 50, v2: 50 }, HeaderMatch.exact('x', 'y'));
    service.mirrorTo('v2', 0.5, HeaderMatch.exact('x', 'z'));
  });
  shop.addEdge('door', { host: 'a.example' }).route('GET /', cart);

  expect(problemsOf(render(shop))).toEqual([]);
  const { rules } = one(render(shop), 'HTTPRoute', 'door').spec as { rules: Record<string, unknown>[] };
  expect(rules).toMatchObject([
    { matches: [{ headers: [{ name: 'x', value: 'y' }] }], backendRefs: [{ weight: 50 }, { weight: 50 }] },
    {
      backendRefs: [{ weight: 995 }, { weight: 5 }],
      filters: [{ requestMirror: { fraction: { numerator: 5000, denominator: 1_000_000 } } }],
    },
    { backendRefs: [{ weight: 995 }, { weight: 5 }] },
  ]);
});

test.each<[string, string, string, CallPolicy, (cart: Service) => unknown]>([
  ['header changes', 'shop/web → cart', 'header changes', { headers: { request: { set: { a: 'b' } } } }, nothing],
  ['rewrites', 'shop/web → cart', 'rewrites', { rewrite: { host: 'a.example' } }, nothing],
  ['splits by header', 'shop/cart', 'a traffic split', {}, cart => cart.split({ v1: 50, v2: 50 }, jason)],
  ['mirrors by header', 'shop/cart', 'mirroring', {}, cart => cart.mirrorTo('v2', 5, jason)],
  ['direct responses', 'shop/cart', 'direct responses', {}, cart => cart.respondDirectly(jason, { status: 200 })],
])('a target without %s is reported', (_name, path, capability, policy, declare) => {
  expect(unsupportedFeatures(shopWith(policy, declare).shop, { name: 'a stone', capabilities: [] })).toContainEqual(
    expect.objectContaining({ path, message: `It requires ${capability}, which a stone does not support.` }),
  );
});

test('a gateway without direct responses before a service with them is reported', () => {
  const { shop, cart } = shopWith({}, service => service.respondDirectly(jason, { status: 200 }));
  shop.addEdge('door', { host: 'a.example' }).route('GET /', cart);
  const mesh = Mesh.istio();

  expect(unsupportedFeatures(shop, mesh, mesh.gateway)).toMatchObject([
    { path: 'shop/door', message: expect.stringContaining('direct responses') as string },
  ]);
});

test('operations of a call with a rewritten host are compared as ever', () => {
  const shop = new Topology('shop');
  const cart = plain(shop, 'cart');
  plain(shop, 'web').calls(cart, {
    allowedOperations: [Operation.http('GET /a')],
    rewrite: { host: 'cart.example' },
  });

  webIn(shop).http('GET http://cart/a').expectAllowed();
  webIn(shop).http('GET http://cart/b').expectDenied(403);
});
