import { unusedTrafficRules } from '../../../lib/checks/graph';
import { HeaderMatch, Port, type Service, Topology } from '../../../lib';
import { plain } from '../../istio/support';

const RULES: Record<string, (cart: Service) => void> = {
  split: cart => {
    cart.split({ v1: 90, v2: 10 });
  },
  routeTo: cart => {
    cart.routeTo('v2', HeaderMatch.exact('x', 'y'));
  },
  mirrorTo: cart => {
    cart.mirrorTo('v2');
  },
  addCircuitBreaker: cart => {
    cart.addCircuitBreaker({ maxConnections: 1 });
  },
};

function found(rule: string, use: (cart: Service, shop: Topology) => unknown): string[] {
  const shop = new Topology('shop');
  const cart = plain(shop, 'cart', { ports: [Port.tcp(9000)], versions: { v1: {}, v2: {} } });
  RULES[rule]?.(cart);
  use(cart, shop);
  return unusedTrafficRules(shop).map(({ path, fix }) => `${path}: ${fix}`);
}

const warning = (rule: string) => [expect.stringMatching(`^shop/cart: .* or leave ${rule} out`)];
const rules = Object.keys(RULES);

test.each(rules)('%s of a service that nothing calls is reported', rule => {
  expect(found(rule, () => undefined)).toEqual(warning(rule));
});

test.each(rules)('%s of a service that is called is used', rule => {
  expect(found(rule, (cart, shop) => plain(shop, 'web').calls(cart))).toEqual([]);
});

test.each(rules)('%s of a service that an edge routes to is used', rule => {
  expect(found(rule, (cart, shop) => shop.addEdge('door', { host: 'a.example' }).route('GET /', cart))).toEqual([]);
});

test.each(rules)('%s of a service that calls others alone is reported', rule => {
  expect(found(rule, (cart, shop) => cart.calls(plain(shop, 'bank')))).toEqual(warning(rule));
});

test.each([
  ['split', []],
  ['addCircuitBreaker', []],
  ['routeTo', warning('routeTo')],
  ['mirrorTo', warning('mirrorTo')],
])('%s on connections alone is judged by whether it needs requests', (rule, expected) => {
  expect(found(rule, (cart, shop) => plain(shop, 'web').calls(cart, { port: 9000 }))).toEqual(expected);
});

test('a service without traffic rules may be uncalled, and several unused rules are one finding', () => {
  expect(found('none', () => undefined)).toEqual([]);
  expect(
    found('split', cart => {
      cart.mirrorTo('v1');
    }),
  ).toEqual(warning('split, mirrorTo'));
});
