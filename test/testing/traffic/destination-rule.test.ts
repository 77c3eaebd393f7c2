import { cartRules, endsOf, istio, pods, traffic } from './support';

const rule = (name: string, spec: object, namespace = 'shop') =>
  istio('DestinationRule', name, { host: 'cart.shop.svc.cluster.local', ...spec }, namespace);
const subset = (name: string, version: string, more: object = {}) => ({ name, labels: { version }, ...more });
const toSubset = (name: string) => cartRules({ route: [{ destination: { host: 'cart', subset: name } }] });

/** Where web gets by subset `s`, and bank of another namespace. */
function bySubset(...rules: object[]): [string, string] {
  const all = traffic([toSubset('s'), ...rules]);
  return [endsOf(all.from('web').http('GET http://cart/')), endsOf(all.from('bank').http('GET http://cart.shop/'))];
}

const [v1, v2] = [{ subsets: [subset('s', 'v1')] }, { subsets: [subset('s', 'v2')] }];

test.each<[string, object[], [string, string]]>([
  ["one of the host's namespace is for all", [rule('a', v1)], ['cart-v1', 'cart-v1']],
  [
    "one of the caller's namespace is for its callers, and counts before",
    [rule('a', v1), rule('b', v2, 'money')],
    ['cart-v1', 'cart-v2'],
  ],
  ['one of a third namespace applies to neither', [rule('a', v1, 'third')], ['503', '503']],
  ['one of the root namespace is for all', [rule('a', v1, 'istio-system')], ['cart-v1', 'cart-v1']],
  ['and counts last', [rule('a', v1, 'istio-system'), rule('b', v2)], ['cart-v2', 'cart-v2']],
  ['one that is not exported is for its namespace', [rule('a', { ...v1, exportTo: ['.'] })], ['cart-v1', '503']],
  [
    'one that is exported elsewhere is not for its own',
    [rule('a', { ...v1, exportTo: ['money'] })],
    ['503', 'cart-v1'],
  ],
  [
    'a name counts before a pattern',
    [rule('a', { ...v1, host: '*.shop.svc.cluster.local' }), rule('b', v2)],
    ['cart-v2', 'cart-v2'],
  ],
  [
    'a long pattern before a short one',
    [rule('a', { ...v1, host: '*.local' }), rule('b', { ...v2, host: '*.svc.cluster.local' })],
    ['cart-v2', 'cart-v2'],
  ],
  ['a short name is one of its namespace', [rule('a', { ...v1, host: 'cart' }, 'money')], ['503', '503']],
  [
    'of two for one host both have subsets, and of one name the first',
    [rule('a', { subsets: [subset('other', 'v1')] }), rule('b', v2), rule('c', v1)],
    ['cart-v2', 'cart-v2'],
  ],
  [
    'one that selects callers is for them',
    [rule('a', { ...v1, workloadSelector: { matchLabels: { app: 'web' } } }), rule('b', v2)],
    ['cart-v1', 'cart-v2'],
  ],
  [
    'one that selects others is not',
    [rule('a', { ...v1, workloadSelector: { matchLabels: { app: 'bank' } } }), rule('b', v2)],
    ['cart-v2', 'cart-v2'],
  ],
])('%s', (_name, rules, expected) => {
  expect(bySubset(...rules)).toEqual(expected);
});

test('a subset without labels has all Pods, one whose labels no Pod has is empty', () => {
  expect(bySubset(rule('a', { subsets: [{ name: 's' }] }))[0]).toBe('cart-v1 50%, cart-v2 50%');
  expect(bySubset(rule('a', { subsets: [subset('s', 'v9')] }))[0]).toBe('503');
});

test('shares follow the Pods', () => {
  expect(
    endsOf(
      traffic([pods('cart', 'v3', { replicas: 2 })])
        .from('web')
        .http('GET http://cart/'),
    ),
  ).toBe('cart-v1 25%, cart-v2 25%, cart-v3 50%');
});

const strict = istio('PeerAuthentication', 'strict', { mtls: { mode: 'STRICT' } });
const tls = (mode: string) => ({ tls: { mode } });

test.each<[string, object, string]>([
  ['of the host', { trafficPolicy: tls('DISABLE'), ...v1 }, '503'],
  [
    'of the subset, before that of the host',
    { trafficPolicy: tls('DISABLE'), subsets: [subset('s', 'v1', { trafficPolicy: tls('ISTIO_MUTUAL') })] },
    'cart-v1',
  ],
  [
    'of the port, before that of all',
    {
      trafficPolicy: { ...tls('DISABLE'), portLevelSettings: [{ port: { number: 80 }, ...tls('ISTIO_MUTUAL') }] },
      ...v1,
    },
    'cart-v1',
  ],
  [
    'of another port',
    {
      trafficPolicy: { ...tls('ISTIO_MUTUAL'), portLevelSettings: [{ port: { number: 81 }, ...tls('DISABLE') }] },
      ...v1,
    },
    'cart-v1',
  ],
  ['without a mode, which is none', { trafficPolicy: { tls: {} }, ...v1 }, '503'],
])('the TLS mode %s', (_name, spec, expected) => {
  expect(
    endsOf(
      traffic([strict, toSubset('s'), rule('a', spec)])
        .from('web')
        .http('GET http://cart/'),
    ),
  ).toBe(expected);
});
