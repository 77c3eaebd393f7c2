import { Traffic, Unsimulated } from '../../../lib/testing';
import { manifestsOf } from '../../support/manifests';
import { endsOf, gatewayApi, istio, meshed, pods, service } from './support';

const ENABLED = { 'istio-injection': 'enabled' };
const to = (host: string, subset?: string) => [{ destination: { host, subset } }];
const subsets = istio('DestinationRule', 'cart', {
  host: 'cart',
  subsets: [{ name: 'v1', labels: { version: 'v1' } }],
});
/** Two services in a namespace that is not declared, of which one is sent to its first version only. */
const SHOP = [
  pods('web'),
  service('web'),
  pods('cart', 'v1'),
  pods('cart', 'v2'),
  service('cart'),
  subsets,
  istio('VirtualService', 'cart', { hosts: ['cart'], http: [{ route: to('cart', 'v1') }] }),
];
const traffic = (objects: readonly object[], namespaceLabels?: Record<string, Record<string, string>>) =>
  Traffic.of(manifestsOf([...SHOP, ...objects]), { namespaceLabels });
const ask = (objects: readonly object[], host: string, labels?: Record<string, Record<string, string>>) =>
  endsOf(traffic(objects, labels).from('web').http(`GET http://${host}/`));

test('a result that depends on whether a namespace is in the mesh is an error that names the namespace', () => {
  expect(() => ask([], 'cart')).toThrow(Unsimulated);
  expect(() => ask([], 'cart')).toThrow(
    'The manifests do not declare the namespace shop, so it is unknown whether its Pods are in the mesh. '
      + `Add the Namespace, or set its labels: \`namespaceLabels: { "shop": { 'istio-injection': 'enabled' } }\`.`,
  );
});

test.each<[string, Record<string, Record<string, string>>, string]>([
  ['of the namespace', { shop: ENABLED }, 'cart-v1'],
  ['of every other namespace', { '*': ENABLED }, 'cart-v1'],
  [
    'of the namespace before those of every other',
    { '*': ENABLED, shop: { 'istio-injection': 'disabled' } },
    'cart-v1 50%, cart-v2 50%',
  ],
  ['that are empty', { shop: {} }, 'cart-v1 50%, cart-v2 50%'],
])('labels %s decide it', (_name, labels, expected) => {
  expect(ask([], 'cart', labels)).toBe(expected);
});

test('labels of a declared namespace take precedence over given ones', () => {
  expect(ask([meshed('shop')], 'cart', { shop: { 'istio-injection': 'disabled' } })).toBe('cart-v1');
});

test('labels of Pods decide before those of the namespace', () => {
  const own = (value: string) => [pods('api', 'v1', { labels: { 'sidecar.istio.io/inject': value } })];
  const from = (value: string) =>
    endsOf(
      Traffic.of(manifestsOf([...SHOP.slice(2), ...own(value)]), { namespaceLabels: {} })
        .from('api')
        .http('GET http://cart/'),
    );
  expect(from('true')).toBe('cart-v1');
  expect(from('false')).toBe('cart-v1 50%, cart-v2 50%');
});

test('a result that is the same in and outside the mesh is known, but for timeouts and retries', () => {
  const result = traffic([]).from('cart-v1').http('GET http://web/');
  expect(endsOf(result)).toBe('web-v1');
  expect(() => result.retries).toThrow(/do not declare the namespace shop/);
  expect(() => result.timeout).toThrow(Unsimulated);
  expect(result.explain()).toContain('timeout, retries, faults, mirrors and response headers are unknown');
  expect(traffic([], { shop: ENABLED }).from('cart-v1').http('GET http://web/').retries).toBe(2);
});

test('mutual TLS that is required of a caller that may have no proxy is unknown, but not between Pods of one namespace', () => {
  const strict = [
    istio('PeerAuthentication', 'strict', { mtls: { mode: 'STRICT' } }, 'istio-system'),
    pods('bank', 'v1', { namespace: 'money' }),
    service('bank', 'money'),
  ];
  expect(ask(strict, 'web.shop.svc.cluster.local')).toBe('web-v1');
  expect(() => ask(strict, 'bank.money')).toThrow(/namespace (shop|money)/);
  expect(() => ask(strict, 'bank.money', { money: ENABLED })).toThrow(/namespace shop/);
  expect(ask(strict, 'bank.money', { money: ENABLED, shop: ENABLED })).toBe('bank-v1');
  expect(ask(strict, 'bank.money', { money: {} })).toBe('bank-v1');
});

test('a request from outside does not depend on it where gateways route', () => {
  const gateway = gatewayApi('Gateway', 'door', {
    gatewayClassName: 'istio',
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
  });
  const route = gatewayApi('HTTPRoute', 'web', {
    parentRefs: [{ name: 'door' }],
    rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
  });
  expect(endsOf(traffic([gateway, route]).fromInternet('GET http://shop.example/'))).toBe('web-v1');
});

test('without anything of Istio no namespace is in the mesh', () => {
  const plain = Traffic.of(manifestsOf([pods('web'), service('web'), pods('cart'), service('cart')]));
  expect(plain.from('web').http('GET http://cart/').retries).toBe(0);
});

test('a namespace that is not declared may be in ambient mode where another is', () => {
  const ambient = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'other', labels: { 'istio.io/dataplane-mode': 'ambient' } },
  };
  expect(() => traffic([ambient]).from('cart-v1').http('GET http://web/')).toThrow(/namespace shop/);
  expect(() => traffic([ambient]).matrix()).toThrow(/namespace shop/);
});

test('the matrix has what is reached in some case, with an asterisk where it is not reached in all', () => {
  const strict = istio('PeerAuthentication', 'strict', { mtls: { mode: 'STRICT' } }, 'money');
  const money = [pods('bank', 'v1', { namespace: 'money' }), service('bank', 'money')];
  const matrix = traffic([...money, strict]).matrix();
  const reach = (from: string, callee: string) =>
    matrix.reaches.find(each => each.from === from && each.to.startsWith(callee))?.isUnconditional;
  expect(reach('shop/web-v1', 'shop/cart-v1')).toBe(true);
  expect(reach('shop/web-v1', 'shop/cart-v2:8080')).toBe(false);
  // A caller outside the mesh, a callee inside it.
  expect(reach('shop/web-v1', 'money/bank-v1')).toBe(false);
  expect(
    traffic([...money, strict], { '*': ENABLED })
      .matrix()
      .has('shop/web-v1', 'shop/cart-v2:8080'),
  ).toBe(false);
});

test('a change that has an effect in one of the cases is a difference', () => {
  const before = Traffic.of(manifestsOf(SHOP.slice(0, 6)));
  const after = traffic([]);
  const changes = Traffic.diff(before, after);
  expect(changes).toContainEqual(expect.stringContaining('cart.shop:80'));
  expect(Traffic.diff(before, before)).toEqual([]);
});
