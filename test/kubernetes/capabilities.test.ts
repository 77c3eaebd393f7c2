import { Duration } from 'cdk8s';
import { Auth, Capability, HeaderMatch, Port, type Service, type Terms, Throttle, Topology } from '../../lib';
import { unmetWishes } from '../../lib/kubernetes';
import { plain } from '../istio/support';

function declare(wish: (web: Service, cart: Service, shop: Topology) => unknown): Topology {
  const shop = new Topology('shop');
  wish(plain(shop, 'web'), plain(shop, 'cart', { port: Port.grpc(1, { service: 'shop.Cart' }), versions: { v1: {}, v2: {} } }), shop);
  return shop;
}

const route = (shop: Topology, web: Service, props = {}) => shop.addEdge('door', { host: 'a.example' }).route('GET /', web, props);
const jwt = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });

test.each<[string, string, Capability[], (web: Service, cart: Service, shop: Topology) => unknown]>([
  ['nothing', '', [], () => undefined],
  ['a call without terms', '', [], (web, cart) => web.calls(cart)],
  ['a call that says it is not retried', '', [], (web, cart) => web.calls(cart, { retries: { attempts: 0 } })],
  ['a timeout', 'shop/web → cart', [Capability.TIMEOUTS], (web, cart) => web.calls(cart, { timeout: Duration.seconds(1) })],
  ['retries', 'shop/web → cart', [Capability.RETRIES], (web, cart) => web.calls(cart, { retries: { attempts: 1 } })],
  ['faults', 'shop/web → cart', [Capability.FAULTS], (web, cart) => web.calls(cart, { faults: { abort: { status: 503 } } })],
  ['operations', 'shop/web → cart', [Capability.OPERATIONS], (web, cart) => web.calls(cart, { only: [cart.method('Get')] })],
  ['a host outside', 'shop/web → bank', [Capability.EGRESS_BY_HOST], (web, _cart, shop) =>
    web.calls(shop.addExternalService('bank', { host: 'a.example', port: Port.tls(443) }))],
  ['a circuit breaker', 'shop/cart', [Capability.CIRCUIT_BREAKING], (_web, cart) => cart.breakAt({ maxConnections: 1 })],
  ['a split', 'shop/cart', [Capability.SPLITS], (_web, cart) => cart.split({ v1: 50, v2: 50 })],
  ['a header route', 'shop/cart', [Capability.HEADER_ROUTES], (_web, cart) => cart.routeTo('v2', HeaderMatch.exact('x', 'y'))],
  ['a mirror', 'shop/cart', [Capability.MIRRORING], (_web, cart) => cart.mirrorTo('v2')],
  ['an edge', 'shop/door', [Capability.EDGES], (web, _cart, shop) => route(shop, web)],
  ['a token', 'shop/door', [Capability.EDGES, Capability.TOKENS], (web, _cart, shop) => route(shop, web, { auth: jwt })],
  ['a throttle', 'shop/door', [Capability.EDGES, Capability.THROTTLES], (web, _cart, shop) => route(shop, web, { throttle: Throttle.perSecond(1) })],
])('a target that can do nothing is told of %s, and one that can do everything of none', (_name, path, wishes, declaration) => {
  const topology = declare(declaration);

  expect(unmetWishes(topology, 'a stone', [])).toEqual(wishes.map(wish => ({
    id: 'TargetCannot',
    severity: 'error',
    path,
    message: `It asks for ${wish}, and a stone cannot do that.`,
    remedy: 'Choose a target that can, or leave it out.',
  })));
  expect(unmetWishes(topology, 'a mesh', Object.values(Capability))).toEqual([]);
});

const capable = Object.values(Capability).filter(each => each !== Capability.TERMS_BY_CALLER);

test.each<[string, Terms, Terms, boolean]>([
  ['two timeouts', { timeout: Duration.seconds(1) }, { timeout: Duration.seconds(2) }, true],
  ['a timeout and none', { timeout: Duration.seconds(1) }, {}, true],
  ['one timeout in two units', { timeout: Duration.seconds(1) }, { timeout: Duration.millis(1000) }, false],
  ['no retries, said and not said', { retries: { attempts: 0 } }, {}, false],
  ['retries and none', { retries: { attempts: 1 } }, {}, true],
  ['a fault for one', {}, { faults: { abort: { status: 500 } } }, true],
  ['one share of faults, said and by default', { faults: { abort: { status: 500, percent: 100 } } }, { faults: { abort: { status: 500 } } }, false],
])('%s differ by caller: whether a target must tell callers apart', (_name, one, other, differ) => {
  const shop = new Topology('shop');
  const cart = plain(shop, 'cart');
  plain(shop, 'web').calls(cart, one);
  plain(shop, 'app').calls(cart, other);

  expect(unmetWishes(shop, 'a blind mesh', capable).map(({ path, message }) => [path, message])).toEqual(
    differ ? [['shop/cart', 'It asks for terms that differ by caller, and a blind mesh cannot do that.']] : [],
  );
});
