import { cartRules, endsOf, istio, meshConfig, traffic } from './support';

const sidecar = (hosts: string[], spec: object = {}, namespace = 'shop') =>
  istio(
    'Sidecar',
    'scope',
    { egress: [{ hosts }], outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' }, ...spec },
    namespace,
  );
const ask = (objects: object[], host: string, from = 'web') =>
  endsOf(traffic(objects).from(from).http(`GET http://${host}/`));
const [cart, bank] = ['cart-v1 50%, cart-v2 50%', 'bank-v1'];

test.each<[string, object[], string, string]>([
  ['without a Sidecar all is known', [], cart, bank],
  ['the own namespace', [sidecar(['./*'])], cart, '502'],
  ['a namespace by its name', [sidecar(['money/*'])], '502', bank],
  ['a host', [sidecar(['shop/cart.shop.svc.cluster.local'])], cart, '502'],
  ['a host of any namespace', [sidecar(['*/bank.money.svc.cluster.local'])], '502', bank],
  ['all but one', [sidecar(['*/*', '~money/bank.money.svc.cluster.local'])], cart, '502'],
  ['nothing', [sidecar(['~/*'])], '0', '0'],
  ['a short name, which is not expanded', [sidecar(['money/bank', './cart'])], '0', '0'],
  ['more than one slash, which is ignored', [sidecar(['./*', 'money/*/x'])], cart, '502'],
  ['one for other workloads', [sidecar(['~/*'], { workloadSelector: { labels: { app: 'cart' } } })], cart, bank],
  [
    'one for this workload before that of the namespace',
    [
      sidecar(['./*'], { workloadSelector: { labels: { app: 'web' } } }),
      istio('Sidecar', 'a', { egress: [{ hosts: ['money/*'] }], outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } }),
    ],
    cart,
    '502',
  ],
  ['that of the mesh', [sidecar(['money/*'], {}, 'istio-system')], '502', bank],
  [
    'that of the namespace before that of the mesh',
    [sidecar(['money/*'], {}, 'istio-system'), sidecar(['./*'])],
    cart,
    '502',
  ],
])('a Sidecar with %s', (_name, objects, expectedCart, expectedBank) => {
  expect([ask(objects, 'cart'), ask(objects, 'bank.money')]).toEqual([expectedCart, expectedBank]);
});

test('unknown hosts are forwarded in plaintext where that is allowed, so that STRICT callees reject them', () => {
  const open = sidecar(['./*'], { outboundTrafficPolicy: { mode: 'ALLOW_ANY' } });
  expect(ask([open], 'bank.money')).toBe(bank);
  expect(ask([open, istio('PeerAuthentication', 'strict', { mtls: { mode: 'STRICT' } }, 'money')], 'bank.money')).toBe(
    '503',
  );
  expect(traffic([open]).from('web').http('GET http://www.example/').outcomes[0]?.destination).toBe('www.example');
});

test('the mesh decides about unknown hosts, unless a Sidecar does', () => {
  const closed = meshConfig({ outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } });
  expect([
    ask([], 'www.example'),
    ask([closed], 'www.example'),
    ask([closed, sidecar(['*/*'], { outboundTrafficPolicy: { mode: 'ALLOW_ANY' } })], 'www.example'),
  ]).toEqual(['www.example', '502', 'www.example']);
});

test('on a port without requests, the proxy closes the connection to an unknown host', () => {
  expect(
    endsOf(
      traffic([sidecar(['./*'])])
        .from('web')
        .http('GET http://bank.money:8443/'),
    ),
  ).toBe('0');
});

test('the backends of a route that the proxy has are in the proxy too', () => {
  const elsewhere = cartRules({ route: [{ destination: { host: 'bank.money.svc.cluster.local' } }] });
  expect([ask([sidecar(['./*']), elsewhere], 'cart'), ask([sidecar(['./*']), elsewhere], 'bank.money')]).toEqual([
    bank,
    '502',
  ]);
});

test('a listener with a port is for that port alone, and the first that fits counts', () => {
  const ports = istio('Sidecar', 'scope', {
    egress: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['money/*'] }, { hosts: ['./*'] }],
    outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
  });
  const web = traffic([ports]).from('web');
  expect([
    endsOf(web.http('GET http://cart/')),
    endsOf(web.http('GET http://bank.money/')),
    endsOf(web.tcp('cart:9000')),
  ]).toEqual(['502', bank, cart]);
});

test('rules for hosts that the Sidecar does not list are not applied', () => {
  const rules = istio('VirtualService', 'free', {
    hosts: ['free.example'],
    http: [{ directResponse: { status: 299 } }],
  });
  expect([ask([sidecar(['./*']), rules], 'free.example'), ask([sidecar(['money/*']), rules], 'free.example')]).toEqual([
    '299',
    '502',
  ]);
});

test('a listener with an address of its own is not guessed', () => {
  expect(() =>
    ask(
      [
        istio('Sidecar', 'scope', {
          egress: [{ bind: '127.0.0.1', port: { number: 80, protocol: 'HTTP', name: 'http' }, hosts: ['./*'] }],
        }),
      ],
      'cart',
    ),
  ).toThrow('has a listener with a bind address');
});

const entry = (spec: object, namespace = 'shop') =>
  istio(
    'ServiceEntry',
    'out',
    { hosts: ['out.example'], ports: [{ number: 80, name: 'http', protocol: 'HTTP' }], ...spec },
    namespace,
  );

test.each<[string, object, string]>([
  ['found by name', entry({ resolution: 'DNS' }), 'out.example'],
  [
    'with addresses',
    entry({ resolution: 'STATIC', endpoints: [{ address: '10.0.0.1' }, { address: '10.0.0.2', weight: 3 }] }),
    '10.0.0.1 25%, 10.0.0.2 75%',
  ],
  [
    'of Pods',
    entry({
      resolution: 'STATIC',
      location: 'MESH_INTERNAL',
      workloadSelector: { labels: { app: 'cart', version: 'v2' } },
      ports: [{ number: 80, name: 'http', protocol: 'HTTP', targetPort: 8080 }],
    }),
    'cart-v2',
  ],
  ['of another namespace that keeps it', entry({ resolution: 'DNS', exportTo: ['.'] }, 'money'), '502'],
])('a ServiceEntry %s', (_name, object, expected) => {
  expect(ask([meshConfig({ outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } }), object], 'out.example')).toBe(expected);
});

test('connections follow rules for TCP', () => {
  const rules = istio('VirtualService', 'raw', {
    hosts: ['cart'],
    tcp: [
      {
        match: [{ port: 9000, sourceLabels: { app: 'web' } }],
        route: [
          { destination: { host: 'cart', subset: 'v1' }, weight: 30 },
          { destination: { host: 'bank.money.svc.cluster.local', port: { number: 9000 } }, weight: 70 },
        ],
      },
    ],
  });
  const versions = istio('DestinationRule', 'cart', {
    host: 'cart',
    subsets: [{ name: 'v1', labels: { version: 'v1' } }],
  });
  const all = traffic([rules, versions]);
  expect([endsOf(all.from('web').tcp('cart:9000')), endsOf(all.from('bank').tcp('cart.shop:9000'))]).toEqual([
    'bank-v1 70%, cart-v1 30%',
    cart,
  ]);
});

test('on a port without a protocol, requests are for the Service, with any host', () => {
  const web = traffic([
    istio('VirtualService', 'cart', { hosts: ['cart'], http: [{ directResponse: { status: 299 } }] }),
  ]).from('web');
  expect([
    endsOf(web.http('GET http://cart:81/')),
    endsOf(web.http('GET http://cart/', { headers: { host: 'bank.money' } })),
  ]).toEqual(['299', bank]);
});

test('a Sidecar that excludes a host excludes the rules of VirtualServices for it', () => {
  const rules = istio('VirtualService', 'alias', {
    hosts: ['alias.example'],
    http: [{ route: [{ destination: { host: 'cart', subset: 'v1' } }] }],
  });
  const subsets = istio('DestinationRule', 'cart', {
    host: 'cart',
    subsets: [{ name: 'v1', labels: { version: 'v1' } }],
  });
  const askAlias = (hosts: string[]) => ask([rules, subsets, sidecar(hosts)], 'alias.example');
  expect(askAlias(['./*'])).toBe('cart-v1');
  expect(askAlias(['./*', '~./alias.example'])).toBe('502');
  expect(askAlias(['./*', '~/alias.example'])).toBe('502');
  expect(askAlias(['./*', '~money/alias.example'])).toBe('cart-v1');
});
