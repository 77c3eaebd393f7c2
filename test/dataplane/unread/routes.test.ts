import { cartRules, endsOf, gatewayApi, istio, traffic } from '../../testing/traffic/support';

const door = gatewayApi('Gateway', 'door', {
  gatewayClassName: 'istio',
  listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
});
const route = (name: string, spec: object) =>
  gatewayApi('HTTPRoute', name, { parentRefs: [{ name: 'door' }], ...spec });
const toWeb = { backendRefs: [{ name: 'web', port: 80 }] };
const enter = (objects: readonly object[], path = '/') =>
  traffic([door, ...objects]).fromInternet(`GET http://a.example${path}`);
const matrixOf = (objects: readonly object[], caller: string) =>
  String(traffic(objects).matrix())
    .split('\n')
    .find(each => each.startsWith(`${caller} →`)) ?? '';
const CART = { route: [{ destination: { host: 'cart' } }] };

describe('a match with a field that is not simulated', () => {
  test('of a rule that would be skipped is named, whichever rule would match after it', () => {
    const rules = { rules: [{ matches: [{ path: { value: '/x' }, moon: 'full' }], ...toWeb }] };
    expect(() => enter([route('it', rules)])).toThrow(/HTTPRoute shop\/it .*rules\[0\]\.matches\[0\]\.moon/);
  });

  test('of another route for the host is named where that precedes', () => {
    const other = route('a', {
      rules: [{ matches: [{ path: { type: 'Exact', value: '/x' }, moon: 'full' }], ...toWeb }],
    });
    expect(() => enter([other, route('b', { rules: [toWeb] })])).toThrow(/HTTPRoute shop\/a .*moon/);
  });

  test('of a route for another host is no obstacle', () => {
    const other = route('a', { hostnames: ['b.example'], rules: [{ matches: [{ moon: 'full' }], ...toWeb }] });
    enter([other, route('b', { hostnames: ['a.example'], rules: [toWeb] })]).expectRoutedTo('web');
  });

  test('of a VirtualService whose rules match no request is named, instead of a 404', () => {
    const rules = cartRules({ match: [{ uri: { exact: '/x' }, moon: 1 }], ...CART });
    expect(() => traffic([rules]).from('web').http('GET http://cart/')).toThrow(
      /VirtualService shop\/cart .*http\[0\]\.match\[0\]\.moon/,
    );
  });

  test('for connections is named where none is taken', () => {
    const rules = istio('VirtualService', 'it', { hosts: ['cart'], tcp: [{ match: [{ port: 1, moon: 1 }], ...CART }] });
    expect(() => traffic([rules]).from('web').tcp('cart:9000')).toThrow(
      /VirtualService shop\/it .*tcp\[0\]\.match\[0\]\.moon/,
    );
    expect(matrixOf([rules], 'shop/web-v1')).toContain('shop/cart-v1:9000*');
  });

  test('for connections at a gateway is named where none is taken', () => {
    const own = istio('Gateway', 'own', {
      selector: { istio: 'ingressgateway' },
      servers: [{ port: { number: 9000, protocol: 'TCP' }, hosts: ['*'] }],
    });
    const rules = istio('VirtualService', 'it', {
      hosts: ['*'],
      gateways: ['own'],
      tcp: [{ match: [{ port: 1, moon: 1 }], ...CART }],
    });
    expect(() => traffic([own, rules]).fromInternet('GET http://a.example:9000/')).toThrow(
      /tcp\[0\]\.match\[0\]\.moon/,
    );
  });
});

describe('a rule that delegates', () => {
  const part = istio('VirtualService', 'part', { http: [CART] });

  test('delegates fields that are not simulated to the rules that replace it', () => {
    expect(() =>
      traffic([cartRules({ moon: 1, delegate: { name: 'part' } }), part])
        .from('web')
        .http('GET http://cart/'),
    ).toThrow(/spec\.http\[0\]\.moon/);
  });

  test('delegates no fields that apply to itself only', () => {
    traffic([cartRules({ name: 'a', delegate: { name: 'part' } }), part])
      .from('web')
      .http('GET http://cart/')
      .expectRoutedTo('cart');
  });
});

test.each<readonly [string, object, string, string]>([
  ['a rule of a VirtualService', cartRules({ moon: 1, ...CART }), 'shop/web-v1', 'shop/cart-v1:8080*'],
  [
    'a DestinationRule',
    istio('DestinationRule', 'it', { host: 'cart', trafficPolicy: { tunnel: { targetHost: 'x', targetPort: 1 } } }),
    'shop/web-v1',
    'shop/cart-v1:8080*',
  ],
  [
    'a DestinationRule, for callers without a proxy',
    istio('DestinationRule', 'it', { host: 'cart', moon: 1 }),
    'shop/old-v1',
    'shop/cart-v1:8080*',
  ],
  ['an HTTPRoute', route('it', { rules: [{ moon: 1, ...toWeb }] }), 'internet', 'shop/web-v1:8080*'],
  [
    'a later rule of an HTTPRoute',
    route('it', { rules: [toWeb, { matches: [{ moon: 1 }], ...toWeb }] }),
    'internet',
    'shop/web-v1:8080*',
  ],
])('a field of %s that is not simulated is a star in the matrix', (_what, object, caller, expected) => {
  expect(matrixOf([door, object], caller)).toContain(expected);
});

test('a listener with a field that is not simulated is a star in the matrix', () => {
  const own = gatewayApi('Gateway', 'door', {
    gatewayClassName: 'istio',
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP', moon: 1 }],
  });
  expect(matrixOf([own, route('it', { rules: [toWeb] })], 'internet')).toContain('shop/web-v1:8080*');
});

test.each([
  ['HTTPRoute', { group: 'networking.istio.io', kind: 'ServiceEntry', name: 'out' }, 'out.example'],
  ['GRPCRoute', { group: 'networking.istio.io', kind: 'ServiceEntry', name: 'out' }, 'out.example'],
  ['TCPRoute', { group: '', kind: 'Service', name: 'cart' }, 'cart'],
  ['TLSRoute', { group: '', kind: 'Service', name: 'cart' }, 'cart'],
])('a %s with a parent of the mesh of which nothing is simulated is named', (kind, parent, host) => {
  const entry = istio('ServiceEntry', 'out', {
    hosts: ['out.example'],
    ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
    resolution: 'DNS',
  });
  const foreign = gatewayApi(kind, 'it', { parentRefs: [parent], rules: [] });
  expect(() => traffic([entry, foreign]).from('web').http(`GET http://${host}/`)).toThrow(
    new RegExp(`The ${kind} shop/it has the \\w+ shop/\\w+ as its parent`),
  );
  traffic([entry, foreign]).from('web').http('GET http://bank.money/').expectRoutedTo('bank');
});

test.each([
  ['multicluster.x-k8s.io', 'ServiceImport'],
  ['inference.networking.k8s.io', 'InferencePool'],
])('a backend of the group %s is not simulated, nor a copy to one', (group, kind) => {
  const ref = { group, kind, name: 'web', port: 80 };
  expect(() => enter([route('it', { rules: [{ backendRefs: [ref] }] })])).toThrow(
    new RegExp(`sends requests to a ${kind}`),
  );
  expect(() =>
    enter([
      route('it', { rules: [{ filters: [{ type: 'RequestMirror', requestMirror: { backendRef: ref } }], ...toWeb }] }),
    ]),
  ).toThrow(new RegExp(`sends requests to a ${kind}`));
});

test('a route whose parent is a ListenerSet that no manifest has is named for its hosts', () => {
  const own = (hostname: string) =>
    gatewayApi('HTTPRoute', 'it', {
      parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'ListenerSet', name: 'x' }],
      hostnames: [hostname],
      rules: [toWeb],
    });
  expect(() => enter([own('*.example')])).toThrow(/HTTPRoute shop\/it has a ListenerSet as its parent/);
  expect(endsOf(enter([own('a.other')]))).toBe('404');
});

test('an HTTPRoute without rules has one for all requests and no backend, and one with an empty list has none', () => {
  expect([endsOf(enter([route('it', {})])), endsOf(enter([route('it', { rules: [] })]))]).toEqual(['500', '404']);
  expect(
    endsOf(
      enter([route('it', {}), route('other', { rules: [{ matches: [{ path: { value: '/x' } }], ...toWeb }] })], '/x'),
    ),
  ).toBe('web-v1');
});

describe('a Service that wants gateways to use its waypoint', () => {
  const asked = { 'istio.io/use-waypoint': 'it', 'istio.io/ingress-use-waypoint': 'true' };
  const town = (labels: object) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'outer', labels } });
  const service = (labels: object) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'far', namespace: 'outer', labels },
    spec: { selector: { app: 'far' }, ports: [{ name: 'http', port: 80 }] },
  });
  const routed = (namespaceLabels: object, labels: object) => {
    const grant = gatewayApi(
      'ReferenceGrant',
      'it',
      {
        from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'shop' }],
        to: [{ group: '', kind: 'Service' }],
      },
      'outer',
    );
    return traffic([
      door,
      town(namespaceLabels),
      service(labels),
      grant,
      route('it', { rules: [{ backendRefs: [{ name: 'far', namespace: 'outer', port: 80 }] }] }),
    ]);
  };

  test('is not simulated without it, by its own label or by that of its namespace', () => {
    const missing = 'No manifest has the waypoint outer/it';
    expect(() => routed({}, asked).fromInternet('GET http://a.example/')).toThrow(missing);
    expect(() => routed(asked, {}).fromInternet('GET http://a.example/')).toThrow(missing);
  });

  test('is as ever for workloads with a proxy, and for gateways where it has a waypoint that they do not use', () => {
    expect(endsOf(routed({}, asked).from('web').http('GET http://far.outer/'))).toBe('503');
    expect(endsOf(routed({}, { 'istio.io/use-waypoint': 'it' }).fromInternet('GET http://a.example/'))).toBe('503');
  });
});

describe('a rule that sends requests nowhere', () => {
  const to = (...weights: number[]) => ({
    route: weights.map(weight => ({ destination: { host: 'cart' }, weight })),
  });

  test.each([
    ['weights of 0', to(0, 0)],
    ['no destination', { name: 'none' }],
  ])('is not simulated, since Istio rejects it: %s', (_, http) => {
    const send = () =>
      traffic([cartRules(http)])
        .from('web')
        .http('GET http://cart/');
    expect(send).toThrow(
      /VirtualService shop\/cart has a rule without a destination of any weight \(spec\.http\[0\]\)/,
    );
  });

  test.each([
    ['one destination', to(0), 'cart-v1 50%, cart-v2 50%'],
    ['a weight', to(0, 1), 'cart-v1 50%, cart-v2 50%'],
    ['a response', { directResponse: { status: 410 } }, '410'],
    ['a redirect', { redirect: { authority: 'a.example' } }, '301'],
  ])('is none with %s', (_, http, end) => {
    expect(
      endsOf(
        traffic([cartRules(http)])
          .from('web')
          .http('GET http://cart/'),
      ),
    ).toBe(end);
  });
});
