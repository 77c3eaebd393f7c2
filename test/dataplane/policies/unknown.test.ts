import type { RequestProps, TrafficProps } from '../../../lib/testing';
import { endsOf, gatewayApi, istio, meshConfig, pods, service, traffic } from '../../testing/traffic/support';

const CART = { selector: { matchLabels: { app: 'cart' } } };
const policy = (action: string, rules: object[], name = action.toLowerCase(), more: object = CART) =>
  istio('AuthorizationPolicy', name, { ...more, action, rules });
const source = (fields: object) => [{ source: fields }];
const operation = (fields: object) => [{ operation: fields }];
const when = (key: string, values?: string[], notValues?: string[]) => [{ key, values, notValues }];

const ask = (objects: object[], request = 'GET http://cart/a', props: RequestProps = {}) =>
  traffic(objects).from('web').http(request, props);
const isAllowed = (objects: object[], request?: string, props?: RequestProps) =>
  ask(objects, request, props).outcomes.every(each => each.destination !== '');

const UNKNOWN: readonly [string, object, RegExp][] = [
  ['the address of the client', { from: source({ ipBlocks: ['10.0.0.0/8'] }) }, /address of the client.*from\[0\]/],
  ['the original address', { from: source({ remoteIpBlocks: ['10.0.0.0/8'] }) }, /address of the client/],
  ['no address', { from: source({ notRemoteIpBlocks: ['10.0.0.0/8'] }) }, /address of the client/],
  ['an address in a condition', { when: when('source.ip', ['10.0.0.1']) }, /address of the client/],
  ['the address of the Pod', { when: when('destination.ip', ['10.0.0.1']) }, /IP address of a Pod/],
  ['another address of the Pod', { when: when('destination.ip', undefined, ['10.0.0.1']) }, /IP address of a Pod/],
  ['metadata of Envoy', { when: when('experimental.envoy.filters.a[b]', ['c']) }, /not simulated/],
  ['a header that proxies add', { when: when('request.headers[x-request-id]', ['a']) }, /x-request-id/],
  [
    'no header that proxies add',
    { when: when('request.headers[X-Forwarded-For]', undefined, ['*']) },
    /X-Forwarded-For/,
  ],
  ['a field that is not simulated', { from: source({ moons: ['x'] }) }, /from\[0\]\.source\.moons/],
];

describe.each(UNKNOWN)('a rule for %s', (_name, rule, message) => {
  const narrowed = { ...rule, to: operation({ methods: ['POST'] }) };

  test('has an unknown result where it decides', () => {
    expect(() => ask([policy('ALLOW', [rule])])).toThrow(message);
    expect(() => ask([policy('DENY', [rule])])).toThrow(message);
  });

  test('does not match where another condition fails', () => {
    expect(isAllowed([policy('DENY', [narrowed])])).toBe(true);
    expect(isAllowed([policy('ALLOW', [narrowed])])).toBe(false);
    expect(() => ask([policy('DENY', [narrowed])], 'POST http://cart/a')).toThrow(message);
  });

  test('changes nothing where another rule decides', () => {
    expect(isAllowed([policy('ALLOW', [rule, {}])])).toBe(true);
    expect(isAllowed([policy('ALLOW', [rule]), policy('ALLOW', [{}], 'other')])).toBe(true);
    expect(isAllowed([policy('DENY', [rule, {}])])).toBe(false);
    expect(isAllowed([policy('ALLOW', [rule]), policy('DENY', [{}])])).toBe(false);
    expect(isAllowed([policy('DENY', [rule]), policy('ALLOW', [])])).toBe(false);
  });

  test('is not evaluated in a dry run or an audit', () => {
    const tried = istio('AuthorizationPolicy', 'p', { ...CART, action: 'DENY', rules: [rule] }, 'shop', {
      annotations: { 'istio.io/dry-run': 'true' },
    });
    expect(isAllowed([tried, policy('AUDIT', [rule])])).toBe(true);
  });

  test('has an unknown result for connections', () => {
    const connect = (spec: object) => () =>
      traffic([istio('AuthorizationPolicy', 'p', { ...CART, ...spec })])
        .from('web')
        .tcp('cart:9000');
    const isAboutRequests = JSON.stringify(rule).includes('request.headers');
    if (isAboutRequests) {
      expect(endsOf(connect({ action: 'DENY', rules: [rule] })())).toBe('0');
      expect(endsOf(connect({ rules: [rule] })())).toBe('0');
    } else {
      expect(connect({ action: 'DENY', rules: [rule] })).toThrow(message);
      expect(connect({ rules: [rule] })).toThrow(message);
    }
  });
});

test('a source with an unknown condition is one alternative of several', () => {
  const from = (fields: object) => [
    ...source({ ipBlocks: ['10.0.0.0/8'] }),
    ...source({ moons: ['x'] }),
    ...source(fields),
  ];
  expect(isAllowed([policy('ALLOW', [{ from: from({ namespaces: ['shop'] }) }])])).toBe(true);
  expect(() => ask([policy('ALLOW', [{ from: from({ namespaces: ['money'] }) }])])).toThrow(/address of the client/);
});

test('a field that is not simulated may change what the others beside it mean', () => {
  const beside = { from: source({ moons: ['x'], namespaces: ['money'] }) };
  expect(() => ask([policy('ALLOW', [beside])])).toThrow(/source\.moons/);
  expect(() => ask([policy('DENY', [{ moons: 1, from: source({ namespaces: ['money'] }) }])])).toThrow(
    /rules\[0\]\.moons/,
  );
});

test('a header that proxies add is compared where the request has it', () => {
  const rule = { when: when('request.headers[x-forwarded-proto]', ['https']) };
  expect(isAllowed([policy('ALLOW', [rule])], undefined, { headers: { 'x-forwarded-proto': 'https' } })).toBe(true);
  expect(isAllowed([policy('ALLOW', [rule])], undefined, { headers: { 'x-forwarded-proto': 'http' } })).toBe(false);
});

test.each<[string, string[], boolean]>([
  ['request.headers[:authority]', ['cart'], true],
  ['request.headers[Host]', ['cart'], true],
  ['request.headers[host]', ['bank'], false],
  ['request.headers[:method]', ['GET'], true],
  ['request.headers[:method]', ['POST'], false],
  ['request.headers[:path]', ['/a?b'], true],
  ['request.headers[:path]', ['/a'], false],
])('a condition on %s compares the request line: %j', (key, values, expected) => {
  expect(isAllowed([policy('ALLOW', [{ when: when(key, values) }])], 'GET http://cart/a?b')).toBe(expected);
});

describe('trust domains', () => {
  const mesh = meshConfig({ trustDomain: 'prod.example' });
  const principals = (...values: string[]) =>
    isAllowed([mesh, policy('ALLOW', [{ from: source({ principals: values }) }])]);
  const domains = (...values: string[]) =>
    isAllowed([mesh, policy('ALLOW', [{ from: source({ trustDomains: values }) }])]);

  test.each<[string, boolean]>([
    ['prod.example/ns/shop/sa/web', true],
    ['cluster.local/ns/shop/sa/web', true],
    ['prod*/ns/shop/sa/web', true],
    ['*.example/ns/shop/sa/web', true],
    ['other.example/ns/shop/sa/web', false],
    ['cluster.local/ns/shop/sa/bank', false],
    ['cluster.local/ns/shop/*', false],
  ])('the principal %s', (value, expected) => {
    expect(principals(value)).toBe(expected);
  });

  test.each<[string, boolean]>([
    ['prod.example', true],
    ['prod.*', true],
    ['*.example', true],
    ['p*.example', true],
    ['*', true],
    ['cluster.local', false],
    ['prod', false],
  ])('the trust domain %s', (value, expected) => {
    expect(domains(value)).toBe(expected);
  });
});

test('a service account without a namespace is one of the namespace of the policy', () => {
  const accounts = (namespace: string, value: string) =>
    endsOf(
      traffic([
        istio('AuthorizationPolicy', 'p', { rules: [{ from: source({ serviceAccounts: [value] }) }] }, namespace),
      ])
        .from('web')
        .http('GET http://bank.money/'),
    );
  expect([accounts('money', 'web'), accounts('money', 'shop/web')]).toEqual(['403', 'bank-v1']);
});

describe('at a gateway', () => {
  const gateway = gatewayApi('Gateway', 'door', {
    gatewayClassName: 'istio',
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
  });
  const route = gatewayApi('HTTPRoute', 'r', {
    parentRefs: [{ name: 'door' }],
    rules: [{ backendRefs: [{ name: 'cart', port: 80 }] }],
  });
  const TARGET = { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'door' }] };
  const enter = (objects: object[], props: RequestProps = {}, more: TrafficProps = {}) =>
    endsOf(traffic([gateway, route, ...objects], more).fromInternet('GET http://a.example/', props));
  const office = { from: source({ remoteIpBlocks: ['10.0.0.0/8'] }) };
  const posting = { ...office, to: operation({ methods: ['POST'] }) };

  test('an unknown address is an error only where it decides', () => {
    expect(() => enter([policy('DENY', [office], 'p', TARGET)])).toThrow(/address of the client/);
    expect(() => enter([policy('ALLOW', [office], 'p', TARGET)])).toThrow('Set the `address` of the request.');
    expect(enter([policy('DENY', [posting], 'p', TARGET)])).toBe('cart-v1 50%, cart-v2 50%');
    expect(enter([policy('ALLOW', [posting], 'p', TARGET)])).toBe('403');
    expect(enter([policy('DENY', [office], 'p', TARGET)], { address: '10.0.0.1' })).toBe('403');
  });

  test('so it is at the workload behind it', () => {
    expect(() => enter([policy('DENY', [office])])).toThrow(/address of the client/);
    expect(enter([policy('DENY', [posting])])).toBe('cart-v1 50%, cart-v2 50%');
    expect(enter([policy('ALLOW', [posting])])).toBe('403');
  });

  test('a connection to a workload with a policy for addresses has an unknown result', () => {
    const port = { number: 9000, name: 'tcp', protocol: 'TCP' };
    const istioGateway = istio('Gateway', 'g', {
      selector: { istio: 'ingressgateway' },
      servers: [{ port, hosts: ['*'] }],
    });
    const tcp = istio('VirtualService', 'v', {
      hosts: ['*'],
      gateways: ['g'],
      tcp: [{ route: [{ destination: { host: 'cart', port: { number: 9000 } } }] }],
    });
    const blocks = policy('DENY', [{ from: source({ ipBlocks: ['10.0.0.0/8'] }) }]);
    const connect = (...objects: object[]) =>
      endsOf(traffic([istioGateway, tcp, ...objects]).fromInternet('GET http://a.example:9000/'));
    expect(connect()).toBe('cart-v1 50%, cart-v2 50%');
    expect(() => connect(blocks)).toThrow(/address of the client/);
  });

  test('what an authorizer is not certainly called for is unknown only if the authorizer denies it', () => {
    const asking = istio('AuthorizationPolicy', 'c', {
      ...TARGET,
      action: 'CUSTOM',
      provider: { name: 'opa' },
      rules: [office],
    });
    const denying = { denyingAuthorizers: ['opa'] };
    expect(enter([asking])).toBe('cart-v1 50%, cart-v2 50%');
    expect(() => enter([asking], {}, denying)).toThrow(/address of the client/);
    expect(enter([asking], { address: '192.0.2.1' }, denying)).toBe('cart-v1 50%, cart-v2 50%');
    expect(enter([asking, policy('DENY', [{}], 'd', TARGET)], {}, denying)).toBe('403');
    const exact = istio('AuthorizationPolicy', 'e', {
      ...TARGET,
      action: 'CUSTOM',
      provider: { name: 'opa' },
      rules: [{}],
    });
    expect(enter([asking, exact], {}, denying)).toBe('403');
  });
});

test('a port that Services declare as HTTP and as TCP has an unknown result only where policies distinguish them', () => {
  const bytes = service('cart-bytes', 'shop', {
    selector: { app: 'cart' },
    ports: [{ name: 'tcp', port: 9001, targetPort: 'web' }],
  });
  const both = 'cart-v1 50%, cart-v2 50%';
  const get = { to: operation({ methods: ['GET'] }) };
  expect(endsOf(ask([bytes]))).toBe(both);
  expect(endsOf(ask([bytes, policy('ALLOW', [{ from: source({ namespaces: ['shop'] }) }])]))).toBe(both);
  expect(() => ask([bytes, policy('ALLOW', [get])])).toThrow(/different protocols for port 8080/);
  expect(() => ask([bytes, policy('DENY', [{}])])).toThrow(/different protocols for port 8080/);
});

describe('an external authorizer', () => {
  const opa = [pods('opa'), service('opa')];
  const mesh = (settings: object = {}) =>
    meshConfig({
      extensionProviders: [
        { name: 'opa', envoyExtAuthzHttp: { service: 'opa.shop.svc.cluster.local', port: 80, ...settings } },
      ],
    });
  const asking = istio('AuthorizationPolicy', 'c', {
    ...CART,
    action: 'CUSTOM',
    provider: { name: 'opa' },
    rules: [{}],
  });
  const ofOpa = (rules: object[]) =>
    istio('AuthorizationPolicy', 'opa', { selector: { matchLabels: { app: 'opa' } }, action: 'DENY', rules });

  test('whose own policies depend on an address has an unknown decision', () => {
    const office = { from: source({ ipBlocks: ['10.0.0.0/8'] }) };
    expect(() => ask([...opa, mesh(), asking, ofOpa([office])])).toThrow(/AuthorizationPolicy shop\/opa .*address/);
    expect(() => ask([...opa, mesh({ failOpen: true }), asking, ofOpa([office])])).toThrow(/address of the client/);
    expect(isAllowed([...opa, mesh(), asking, ofOpa([{ ...office, to: operation({ methods: ['PUT'] }) }])])).toBe(true);
  });

  test('of a dry run is unknown only if it denies the request', () => {
    const tried = (rules: object[]) =>
      istio('AuthorizationPolicy', 'a', { ...CART, action: 'CUSTOM', provider: { name: 'opa' }, rules }, 'shop', {
        annotations: { 'istio.io/dry-run': 'true' },
      });
    const denying = (rules: object[]) =>
      traffic([tried(rules)], { denyingAuthorizers: ['opa'] })
        .from('web')
        .http('GET http://cart/');
    expect(isAllowed([tried([{}])])).toBe(true);
    expect(() => denying([{}])).toThrow('The AuthorizationPolicy shop/a is a dry run with an external authorizer.');
    expect(endsOf(denying([{ to: operation({ methods: ['POST'] }) }]))).toBe('cart-v1 50%, cart-v2 50%');
  });
});
