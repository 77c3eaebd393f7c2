import { endsOf, gatewayApi, istio, traffic } from './support';

const route = (backend: string, spec: object = {}, namespace = 'shop', parent: object = {}) =>
  gatewayApi(
    'HTTPRoute',
    `to-${backend}-${namespace}`,
    {
      parentRefs: [{ group: '', kind: 'Service', name: 'cart', namespace: 'shop', ...parent }],
      rules: [{ backendRefs: [{ name: backend, port: 80 }], ...spec }],
    },
    namespace,
  );
const ask = (objects: object[], from = 'web', path = '/') =>
  endsOf(traffic(objects).from(from).http(`GET http://cart.shop${path}`));
const cart = 'cart-v1 50%, cart-v2 50%';

test.each<[string, object[], string, string]>([
  ['beside the Service is for all callers', [route('old')], 'old-v1', 'old-v1'],
  [
    "of a caller's namespace is for its callers, and counts before",
    [route('old'), route('bank', {}, 'money')],
    'old-v1',
    'bank-v1',
  ],
  ['of a third namespace applies to neither', [route('bank', {}, 'third')], cart, cart],
  ['for another port is not for this', [route('old', {}, 'shop', { port: 81 })], cart, cart],
  ['for the port is', [route('old', {}, 'shop', { port: 80 })], 'old-v1', 'old-v1'],
  [
    'counts behind a VirtualService with a name before it, but for callers of its namespace',
    [route('old'), istio('VirtualService', 'a', { hosts: ['cart'], http: [{ directResponse: { status: 299 } }] })],
    'old-v1',
    '299',
  ],
  [
    'counts before a VirtualService with a name behind it',
    [route('old'), istio('VirtualService', 'z', { hosts: ['cart'], http: [{ directResponse: { status: 299 } }] })],
    'old-v1',
    'old-v1',
  ],
  [
    'counts behind a VirtualService that is for few',
    [
      route('old'),
      istio('VirtualService', 'z', { hosts: ['cart'], http: [{ directResponse: { status: 299 } }], exportTo: ['.'] }),
    ],
    '299',
    'old-v1',
  ],
])('a route %s', (_name, objects, fromWeb, fromBank) => {
  expect([ask(objects), ask(objects, 'bank')]).toEqual([fromWeb, fromBank]);
});

test('a request that no rule matches gets 404, and a more specific rule precedes', () => {
  const byPath = route('old', { matches: [{ path: { type: 'PathPrefix', value: '/a' } }] });
  expect([ask([byPath], 'web', '/a/b'), ask([byPath], 'web', '/b')]).toEqual(['old-v1', '404']);
});

test("a route of the caller's namespace counts if the Sidecar lists the host for that namespace too", () => {
  const scoped = (...hosts: string[]) =>
    ask([route('bank', {}, 'money'), istio('Sidecar', 's', { egress: [{ hosts }] }, 'money')], 'bank');
  expect([
    scoped('shop/cart.shop.svc.cluster.local'),
    scoped('shop/*', 'money/*'),
    scoped('*/cart.shop.svc.cluster.local'),
  ]).toEqual([cart, 'bank-v1', 'bank-v1']);
});

test('a proxy whose Sidecar lists only the Service has its backends', () => {
  const sidecar = istio('Sidecar', 's', {
    egress: [{ hosts: ['./cart.shop.svc.cluster.local'] }],
    outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
  });
  expect([
    ask([sidecar, route('old')]),
    endsOf(
      traffic([sidecar, route('old')])
        .from('web')
        .http('GET http://old/'),
    ),
  ]).toEqual(['old-v1', '502']);
});

test('the older of VirtualServices and routes for a host counts, independent of their names', () => {
  const dated = (object: object, creationTimestamp: string) => {
    const { metadata } = object as { metadata: object };
    return { ...object, metadata: { ...metadata, creationTimestamp } };
  };
  const rule = (name: string, status: number) =>
    istio('VirtualService', name, { hosts: ['cart'], http: [{ directResponse: { status } }] });
  const [first, second] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'];
  expect([
    ask([dated(rule('b', 298), first), dated(rule('a', 299), second)]),
    ask([dated(route('old'), first), dated(rule('a', 299), second)], 'bank'),
    ask([dated(route('old'), second), dated(rule('z', 299), first)], 'bank'),
  ]).toEqual(['298', 'old-v1', '299']);
});

test.each([
  ['of two of a namespace the older one counts', '2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z', 'old-v1'],
  ['of two of one time the first by name counts', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'web-v1'],
])('%s', (_name, ofA, ofB, expected) => {
  const rules = (name: string) => [{ backendRefs: [{ name, port: 80 }] }];
  const dated = (name: string, backend: string, creationTimestamp: string, parent: object) => ({
    ...gatewayApi('HTTPRoute', name, { parentRefs: [parent], rules: rules(backend) }),
    metadata: { name, namespace: 'shop', creationTimestamp },
  });
  const both = (parent: object) => [dated('a', 'web', ofA, parent), dated('b', 'old', ofB, parent)];
  expect(ask(both({ group: '', kind: 'Service', name: 'cart' }), 'bank')).toBe(expected);
  const door = gatewayApi('Gateway', 'door', {
    gatewayClassName: 'istio',
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
  });
  expect(endsOf(traffic([door, ...both({ name: 'door' })]).fromInternet('GET http://a.example/'))).toBe(expected);
});

describe('a backend that is a host of the registry', () => {
  const entry = istio('ServiceEntry', 'out', {
    hosts: ['out.example'],
    location: 'MESH_EXTERNAL',
    resolution: 'DNS',
    ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
  });
  const to = (name: string, more: object = {}) =>
    gatewayApi('HTTPRoute', 'out', {
      parentRefs: [{ group: '', kind: 'Service', name: 'cart' }],
      rules: [{ backendRefs: [{ group: 'networking.istio.io', kind: 'Hostname', name, port: 80, ...more }] }],
    });

  test.each([
    ['of a ServiceEntry', 'out.example', {}, 'out.example'],
    ['of a Service of any namespace', 'bank.money.svc.cluster.local', {}, 'bank-v1'],
    ['that does not exist', 'other.example', {}, '500'],
    ['without the domain of the cluster', 'bank', {}, '500'],
    ['without the port', 'out.example', { port: 81 }, '500'],
  ])('%s', (_name, host, more, expected) => {
    expect(ask([entry, to(host, more)])).toBe(expected);
  });

  test('has no namespace', () => {
    expect(() => ask([entry, to('out.example', { namespace: 'money' })])).toThrow('sends requests to a Hostname');
  });

  test('is none to Envoy Gateway', () => {
    const gateway = [
      gatewayApi('GatewayClass', 'eg', { controllerName: 'gateway.envoyproxy.io/gatewayclass-controller' }),
      gatewayApi('Gateway', 'door', {
        gatewayClassName: 'eg',
        listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
      }),
      gatewayApi('HTTPRoute', 'out', {
        parentRefs: [{ name: 'door' }],
        rules: [{ backendRefs: [{ group: 'networking.istio.io', kind: 'Hostname', name: 'out.example', port: 80 }] }],
      }),
    ];
    expect(endsOf(traffic([entry, ...gateway]).fromInternet('GET http://a.example/'))).toBe('500');
  });
});
