import { endsOf, gatewayApi, meshed, pods, service, traffic } from './support';

const listener = (name: string, hostname?: string, more: object = {}) => ({
  name,
  port: 80,
  protocol: 'HTTP',
  hostname,
  ...more,
});
const door = (from: object | undefined, listeners: object[] = [listener('own', 'own.example')], className = 'istio') =>
  gatewayApi('Gateway', 'door', {
    gatewayClassName: className,
    listeners,
    allowedListeners: from && { namespaces: from },
  });
const set = (name: string, listeners: object[], namespace = 'shop', more: object = {}) => ({
  ...gatewayApi('ListenerSet', name, { parentRef: { name: 'door', namespace: 'shop' }, listeners }, namespace),
  ...more,
});
const route = (name: string, backend: string, parent: object, namespace = 'shop') =>
  gatewayApi(
    'HTTPRoute',
    name,
    { parentRefs: [parent], rules: [{ backendRefs: [{ name: backend, port: 80 }] }] },
    namespace,
  );
const ofSet = (name = 'more', more: object = {}) => ({ kind: 'ListenerSet', name, ...more });
const enter = (objects: object[], host: string, port = 80) =>
  endsOf(traffic(objects).fromInternet(`GET http://${host}:${port}/`));

test('a route of a ListenerSet has its listeners, and one of the Gateway those of the Gateway', () => {
  const objects = [
    door({ from: 'Same' }),
    set('more', [listener('a', 'a.example'), listener('b', 'b.example')]),
    route('of-set', 'web', ofSet()),
    route('of-gateway', 'old', { name: 'door' }),
  ];
  expect(['own.example', 'a.example', 'b.example', 'c.example'].map(host => enter(objects, host))).toEqual([
    'old-v1',
    'web-v1',
    'web-v1',
    '404',
  ]);
});

test('a section of a ListenerSet is one of its listeners', () => {
  const objects = [
    door({ from: 'Same' }),
    set('more', [listener('a', 'a.example'), listener('b', 'b.example')]),
    route('r', 'web', ofSet('more', { sectionName: 'b' })),
  ];
  expect(['a.example', 'b.example'].map(host => enter(objects, host))).toEqual(['404', 'web-v1']);
});

test('a ListenerSet may open a port that its Gateway does not have', () => {
  const objects = [door({ from: 'Same' }), set('more', [listener('a', undefined, { port: 8080 })])];
  expect(enter([...objects, route('r', 'web', ofSet())], 'a.example', 8080)).toBe('web-v1');
  expect(enter([door(undefined), set('more', [listener('a', undefined, { port: 8080 })])], 'a.example', 8080)).toBe(
    '0',
  );
});

test.each<[string, object | undefined, string, string]>([
  ['no ListenerSets by default', undefined, 'shop', '404'],
  ['none', { from: 'None' }, 'shop', '404'],
  ['those of its namespace', { from: 'Same' }, 'shop', 'web-v1'],
  ['those of its namespace, not of another', { from: 'Same' }, 'money', '404'],
  ['those of all namespaces', { from: 'All' }, 'money', 'bank-v1'],
  [
    'those of selected namespaces',
    { from: 'Selector', selector: { matchLabels: { 'kubernetes.io/metadata.name': 'money' } } },
    'money',
    'bank-v1',
  ],
  [
    'those of selected namespaces, not of another',
    { from: 'Selector', selector: { matchLabels: { 'kubernetes.io/metadata.name': 'money' } } },
    'shop',
    '404',
  ],
])('a Gateway allows %s', (_name, from, namespace, expected) => {
  const objects = [
    door(from),
    set('more', [listener('a', 'a.example')], namespace),
    route('r', namespace === 'shop' ? 'web' : 'bank', ofSet(), namespace),
  ];
  expect(enter(objects, 'a.example')).toBe(expected);
});

test('a listener of a ListenerSet accepts routes of the namespace of the set, unless it allows others', () => {
  const objects = (allowedRoutes?: object) => [
    door({ from: 'All' }),
    set('more', [listener('a', 'a.example', { allowedRoutes })], 'money'),
    route('r', 'web', ofSet('more', { namespace: 'money' })),
  ];
  expect(enter(objects(), 'a.example')).toBe('404');
  expect(enter(objects({ namespaces: { from: 'All' } }), 'a.example')).toBe('web-v1');
});

test.each<[string, object, object, string]>([
  ['the host', listener('own', 'a.example'), listener('a', 'a.example'), 'old-v1'],
  ['no host', listener('own'), listener('a'), 'old-v1'],
  ['the protocol', listener('own', 'own.example'), listener('a', undefined, { protocol: 'TCP' }), '404'],
])('a listener of a ListenerSet with %s of one of the Gateway does not exist', (_name, own, other, expected) => {
  const objects = [
    door({ from: 'Same' }, [own]),
    set('more', [other]),
    route('of-set', 'web', ofSet()),
    route('of-gateway', 'old', { name: 'door' }),
  ];
  expect(enter(objects, 'a.example')).toBe(expected);
});

test('of two ListenerSets with one host the older has it, or else the first by name', () => {
  const at = (first?: string, second?: string) => [
    door({ from: 'Same' }),
    ...[
      { name: 'one', backend: 'web', creationTimestamp: first },
      { name: 'two', backend: 'old', creationTimestamp: second },
    ].flatMap(({ name, backend, creationTimestamp }) => [
      set(name, [listener('a', 'a.example')], 'shop', { metadata: { name, namespace: 'shop', creationTimestamp } }),
      route(name, backend, ofSet(name)),
    ]),
  ];
  expect(enter(at(), 'a.example')).toBe('web-v1');
  expect(enter(at('2026-02-01T00:00:00Z', '2026-01-01T00:00:00Z'), 'a.example')).toBe('old-v1');
  expect(enter(at('2026-02-01T00:00:00Z'), 'a.example')).toBe('web-v1');
});

test('of two ListenerSets of unknown age that of the first namespace has a host', () => {
  const objects = [
    door({ from: 'All' }),
    set('one', [listener('a', 'a.example')], 'shop'),
    route('web', 'web', ofSet('one')),
    set('two', [listener('a', 'a.example')], 'money'),
    route('bank', 'bank', ofSet('two'), 'money'),
  ];
  expect(enter(objects, 'a.example')).toBe('bank-v1');
});

test('certificates of a ListenerSet need a grant for ListenerSets', () => {
  const certificateRefs = [{ name: 'cert', namespace: 'shop' }];
  const objects = (kind: string) => [
    door({ from: 'All' }),
    set('more', [listener('a', 'a.example', { port: 443, protocol: 'HTTPS', tls: { certificateRefs } })], 'money'),
    gatewayApi('ReferenceGrant', 'g', {
      from: [{ group: 'gateway.networking.k8s.io', kind, namespace: 'money' }],
      to: [{ group: '', kind: 'Secret' }],
    }),
    route('r', 'bank', ofSet(), 'money'),
  ];
  const answer = (kind: string) => endsOf(traffic(objects(kind)).fromInternet('GET https://a.example/'));
  expect([answer('ListenerSet'), answer('Gateway')]).toEqual(['bank-v1', '0']);
});

test('what is not read of a ListenerSet, of its Gateway, or of another controller is an error', () => {
  const at = (gateway: object, name: string, listeners: object[]) =>
    enter([gateway, set(name, listeners), route('r', 'web', ofSet(name))], 'a.example');
  const options = { protocol: 'HTTPS', port: 443, tls: { options: { a: 'b' } } };
  expect(() =>
    traffic([door({ from: 'Same' }), set('more', [listener('a', 'a.example', options)])]).fromInternet(
      'GET https://a.example/',
    ),
  ).toThrow('ListenerSet shop/more');
  expect(() => at(door({ from: 'Same' }, [listener('own')], 'eg'), 'more', [listener('a', 'a.example')])).toThrow(
    'The ListenerSet shop/more adds listeners to a Gateway',
  );
  const withAddress = {
    ...gatewayApi('Gateway', 'door', {
      gatewayClassName: 'istio',
      listeners: [listener('own', 'own.example')],
      allowedListeners: { namespaces: { from: 'Same' } },
      addresses: [{ type: 'NamedAddress', value: 'a' }],
    }),
  };
  expect(() => at(withAddress, 'more', [listener('a', 'a.example')])).toThrow('spec.addresses[0].type');
});

test('the Service of a Gateway has the ports of its ListenerSets', () => {
  const objects = [
    meshed('edge'),
    pods('client', 'v1', { namespace: 'edge' }),
    service('client', 'edge'),
    door({ from: 'Same' }),
    set('more', [listener('a', 'a.example', { port: 8080 })]),
    route('r', 'web', ofSet()),
  ];
  expect(endsOf(traffic(objects).fromInternet('GET http://a.example:8080/', { gateway: 'shop/door' }))).toBe('web-v1');
});
