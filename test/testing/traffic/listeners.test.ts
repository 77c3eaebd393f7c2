import { endsOf, gatewayApi, istio, traffic } from './support';

const door = (...listeners: object[]) => gatewayApi('Gateway', 'door', { gatewayClassName: 'istio', listeners });
const listener = (name: string, hostname?: string, more: object = {}) => ({
  name,
  port: 80,
  protocol: 'HTTP',
  hostname,
  ...more,
});
const at = (sectionName: string, hostnames?: string[], backend = 'web') =>
  gatewayApi('HTTPRoute', `at-${sectionName}`, {
    parentRefs: [{ name: 'door', sectionName }],
    hostnames,
    rules: [{ backendRefs: [{ name: backend, port: 80 }] }],
  });
const enter = (objects: object[], host: string, scheme = 'http') =>
  endsOf(traffic(objects).fromInternet(`GET ${scheme}://${host}/`));

test.each<[string, object[], string, string]>([
  [
    'a pattern that another listener has',
    [door(listener('any'), listener('named', '*.example.com')), at('any', ['*.example.com'])],
    'a.example.com',
    '404',
  ],
  [
    'a host that another listener covers',
    [door(listener('any'), listener('named', '*.example.com')), at('any', ['a.example.com'])],
    'a.example.com',
    '404',
  ],
  [
    'a host that a longer pattern covers',
    [door(listener('wide', '*.example.com'), listener('named', '*.a.example.com')), at('wide', ['b.a.example.com'])],
    'b.a.example.com',
    '404',
  ],
  [
    "a pattern that is wider than another listener's",
    [door(listener('any'), listener('named', '*.a.example.com')), at('any', ['*.example.com'])],
    'b.example.com',
    'web-v1',
  ],
  [
    'a host that no other listener covers',
    [door(listener('any'), listener('named', '*.example.com')), at('any', ['a.other.com'])],
    'a.other.com',
    'web-v1',
  ],
  [
    'a listener on another port',
    [door(listener('any'), listener('named', '*.example.com', { port: 8080 })), at('any', ['a.example.com'])],
    'a.example.com',
    'web-v1',
  ],
  ['all hosts', [door(listener('any'), listener('named', '*.example.com')), at('any')], 'a.other.com', 'web-v1'],
])('a route at one listener beside another: %s', (_name, objects, host, expected) => {
  expect(enter(objects, host)).toBe(expected);
});

const tls = (mode: string) =>
  listener('tls', undefined, { port: 443, protocol: 'TLS', tls: { mode, certificateRefs: [{ name: 'cert' }] } });
const tlsRoute = (backend: string, hostnames?: string[], kind = 'TLSRoute') =>
  gatewayApi(kind, `to-${backend}`, {
    parentRefs: [{ name: 'door' }],
    hostnames,
    rules: [{ backendRefs: [{ name: backend, port: 9000 }] }],
  });

test.each<[string, object[], string, string]>([
  ['that ends TLS, by a TLSRoute', [door(tls('Terminate')), tlsRoute('web', ['a.example'])], 'https', 'web-v1'],
  ['that ends TLS, by a TCPRoute', [door(tls('Terminate')), tlsRoute('web', undefined, 'TCPRoute')], 'https', 'web-v1'],
  [
    'that leaves TLS as it is, by a TCPRoute',
    [door(tls('Passthrough')), tlsRoute('web', undefined, 'TCPRoute')],
    'https',
    '0',
  ],
  ['that ends TLS, without a route', [door(tls('Terminate'))], 'https', '0'],
  ['that ends TLS, by an HTTPRoute', [door(tls('Terminate')), at('tls')], 'https', '0'],
  [
    'for TCP, by a TCPRoute',
    [door(listener('tcp', undefined, { protocol: 'TCP' })), tlsRoute('web', undefined, 'TCPRoute')],
    'http',
    'web-v1',
  ],
  ['for TCP, by a TLSRoute', [door(listener('tcp', undefined, { protocol: 'TCP' })), tlsRoute('web')], 'http', '0'],
  ['for requests, by a TLSRoute', [door(listener('http')), tlsRoute('web')], 'http', '404'],
])('a listener %s', (_name, objects, scheme, expected) => {
  expect(enter(objects, 'a.example', scheme)).toBe(expected);
});

test('of several TCPRoutes at one listener the oldest has its connections, or else the first by name', () => {
  const tcp = door(listener('tcp', undefined, { protocol: 'TCP' }));
  const dated = (backend: string, creationTimestamp?: string) => ({
    ...tlsRoute(backend, undefined, 'TCPRoute'),
    metadata: { name: `to-${backend}`, namespace: 'shop', creationTimestamp },
  });
  const [early, late] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'];
  expect(enter([tcp, dated('web', early), dated('old', late)], 'a.example')).toBe('web-v1');
  expect(enter([tcp, dated('web', late), dated('old', early)], 'a.example')).toBe('old-v1');
  expect(enter([tcp, dated('web'), dated('old')], 'a.example')).toBe('old-v1');
});

test('a listener is that of the server name, and its routes those of the host', () => {
  const https = (name: string) =>
    listener(name, `${name}.example`, { port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'cert' }] } });
  const objects = [door(https('a'), https('b')), at('a', ['a.example']), at('b', ['b.example'], 'old')];
  const ask = (host: string, serverName?: string) =>
    endsOf(traffic(objects).fromInternet(`GET https://${host}/`, { serverName }));
  expect([
    ask('a.example'),
    ask('a.example', 'A.example'),
    ask('a.example', 'b.example'),
    ask('a.example', 'c.example'),
  ]).toEqual(['web-v1', 'web-v1', '404', '0']);
  const passthrough = [
    door(listener('tls', undefined, { port: 443, protocol: 'TLS', tls: { mode: 'Passthrough' } })),
    tlsRoute('web', ['a.example']),
  ];
  const pass = (serverName: string) =>
    endsOf(traffic(passthrough).fromInternet('GET https://b.example/', { serverName }));
  expect([pass('a.example'), pass('b.example')]).toEqual(['web-v1', '0']);
});

test.each<[string, string, object, string]>([
  ['of the core group', 'http', { kind: 'Nothing' }, '500'],
  ['of an own group', 'http', { kind: 'Service', group: 'own.example' }, '500'],
  ['of an own group, at a listener that passes TLS through', 'https', { kind: 'Nothing' }, '0'],
])('a backend of a kind that no controller supports %s does not exist', (_name, scheme, ref, expected) => {
  const own =
    scheme === 'http'
      ? listener('http')
      : listener('tls', undefined, { port: 443, protocol: 'TLS', tls: { mode: 'Passthrough' } });
  const route = gatewayApi(scheme === 'http' ? 'HTTPRoute' : 'TLSRoute', 'r', {
    parentRefs: [{ name: 'door' }],
    hostnames: ['a.example'],
    rules: [{ backendRefs: [{ name: 'web', port: 80, ...ref }] }],
  });
  expect(enter([door(own), route], 'a.example', scheme)).toBe(expected);
});

test('a backend of a kind that a controller may support is an error', () => {
  const route = gatewayApi('HTTPRoute', 'r', {
    parentRefs: [{ name: 'door' }],
    rules: [{ backendRefs: [{ name: 'web', port: 80, group: 'multicluster.x-k8s.io', kind: 'ServiceImport' }] }],
  });
  expect(() => enter([door(listener('http')), route], 'a.example')).toThrow('sends requests to a ServiceImport');
});

test('of several routes for connections at one listener none is guessed', () => {
  expect(() => enter([door(tls('Terminate')), tlsRoute('web'), tlsRoute('old')], 'a.example', 'https')).toThrow(
    'by TLSRoute shop/to-web, TLSRoute shop/to-old',
  );
});

const own = (server: object) =>
  istio('Gateway', 'own', { selector: { istio: 'ingressgateway' }, servers: [{ hosts: ['*'], ...server }] });
const virtualService = istio('VirtualService', 'v', {
  hosts: ['*'],
  gateways: ['own'],
  http: [{ route: [{ destination: { host: 'old', port: { number: 80 } } }] }],
  tcp: [{ match: [{ port: 443 }], route: [{ destination: { host: 'web', port: { number: 9000 } } }] }],
  tls: [
    {
      match: [{ sniHosts: ['a.example'] }],
      route: [{ destination: { host: 'bank.money.svc.cluster.local', port: { number: 9000 } } }],
    },
  ],
});

test.each<[string, object, string]>([
  ['HTTPS, SIMPLE', { port: { number: 443, name: 'p', protocol: 'HTTPS' }, tls: { mode: 'SIMPLE' } }, 'old-v1'],
  ['TLS, SIMPLE', { port: { number: 443, name: 'p', protocol: 'TLS' }, tls: { mode: 'SIMPLE' } }, 'web-v1'],
  ['TCP, SIMPLE', { port: { number: 443, name: 'p', protocol: 'TCP' }, tls: { mode: 'SIMPLE' } }, 'web-v1'],
  ['TCP', { port: { number: 443, name: 'p', protocol: 'TCP' } }, 'web-v1'],
  ['TLS, PASSTHROUGH', { port: { number: 443, name: 'p', protocol: 'TLS' }, tls: { mode: 'PASSTHROUGH' } }, 'bank-v1'],
  [
    'HTTPS without a mode, which is PASSTHROUGH',
    { port: { number: 443, name: 'p', protocol: 'https' }, tls: { credentialName: 'c' } },
    'bank-v1',
  ],
])('a server of Istio: %s', (_name, server, expected) => {
  expect(enter([own(server), virtualService], 'a.example', 'https')).toBe(expected);
});

test('policies of a gateway hold for connections too', () => {
  const policy = (action: string, rules: object[]) =>
    istio(
      'AuthorizationPolicy',
      'p',
      { selector: { matchLabels: { istio: 'ingressgateway' } }, action, rules },
      'istio-system',
    );
  const server = own({ port: { number: 443, name: 'p', protocol: 'TLS' }, tls: { mode: 'PASSTHROUGH' } });
  const by = (action: string, rules: object[]) =>
    enter([server, virtualService, policy(action, rules)], 'a.example', 'https');
  expect([
    by('DENY', [{}]),
    by('ALLOW', [{ to: [{ operation: { methods: ['GET'] } }] }]),
    by('ALLOW', [{ to: [{ operation: { ports: ['443', '8443'] } }] }]),
    by('ALLOW', [{ to: [{ operation: { ports: ['80'] } }] }]),
  ]).toEqual(['0', '0', 'bank-v1', '0']);
  for (const port of ['443', '8443']) {
    expect(() => by('ALLOW', [{ to: [{ operation: { ports: [port] } }] }])).toThrow(
      'The Pods of the gateway shop/own are not in the manifests, and the result depends on their ports.',
    );
  }
  expect(() => by('DENY', [{ from: [{ source: { ipBlocks: ['10.0.0.0/8'] } }] }])).toThrow('IP address of the client');
});

test.each<[object, string]>([
  [{ kind: 'HTTPRoute' }, 'web-v1'],
  [{ kind: 'HTTPRoute', group: 'gateway.networking.k8s.io' }, 'web-v1'],
  [{ kind: 'HTTPRoute', group: 'x.example' }, '404'],
  [{ kind: 'GRPCRoute' }, '404'],
])('a listener for routes of the kind %j', (kind, expected) => {
  const all = traffic([door(listener('http', undefined, { allowedRoutes: { kinds: [kind] } })), at('http')]);
  expect(endsOf(all.fromInternet('GET http://a.example/'))).toBe(expected);
});

describe('the Pods that Istio makes for a Gateway', () => {
  const route = gatewayApi('HTTPRoute', 'web', {
    parentRefs: [{ name: 'made' }],
    rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
  });
  const listeners = [{ name: 'http', port: 80, protocol: 'HTTP' }];
  const made = (metadata: object = {}, spec: object = {}) => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'made', namespace: 'shop', ...metadata },
    spec: { gatewayClassName: 'istio', listeners, ...spec },
  });
  const denying = (matchLabels: object) =>
    istio('AuthorizationPolicy', 'deny', { selector: { matchLabels }, action: 'DENY', rules: [{}] });
  const ask = (...objects: object[]) => endsOf(traffic([route, ...objects]).fromInternet('GET http://any.example/'));

  test.each<[string, object, object, string]>([
    ['those of the Gateway', made({ labels: { app: 'edge' } }), { app: 'edge' }, '403'],
    [
      'those of the infrastructure alone, where it has labels',
      made({ labels: { app: 'edge' } }, { infrastructure: { labels: { team: 'a' } } }),
      { app: 'edge' },
      'web-v1',
    ],
    ['those of the infrastructure', made({}, { infrastructure: { labels: { team: 'a' } } }), { team: 'a' }, '403'],
    [
      'no other name of a Gateway',
      made({}, { infrastructure: { labels: { 'gateway.networking.k8s.io/gateway-name': 'x' } } }),
      { 'gateway.networking.k8s.io/gateway-name': 'x' },
      'web-v1',
    ],
    ['the name of their Deployment', made(), { 'service.istio.io/canonical-name': 'made-istio' }, '403'],
    [
      'the name that an annotation gives their Deployment',
      made({ annotations: { 'gateway.istio.io/name-override': 'x' } }),
      { 'service.istio.io/canonical-name': 'x' },
      '403',
    ],
    [
      'one with the label of their creator',
      made(),
      { 'gateway.istio.io/managed': 'istio.io-gateway-controller' },
      '403',
    ],
  ])('have as labels %s', (_name, gateway, labels, expected) => {
    expect(ask(gateway, denying(labels))).toBe(expected);
  });

  test('have the ServiceAccount that an annotation names', () => {
    const allowing = istio('AuthorizationPolicy', 'web', {
      selector: { matchLabels: { app: 'web' } },
      rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/made-istio'] } }] }],
    });
    expect([
      ask(made(), allowing),
      ask(made({ annotations: { 'gateway.istio.io/service-account': 'edge' } }), allowing),
    ]).toEqual(['web-v1', '403']);
  });

  test('are others where it has several addresses', () => {
    const addresses = [
      { type: 'IPAddress', value: '192.0.2.1' },
      { type: 'IPAddress', value: '192.0.2.2' },
    ];
    expect(ask(made({}, { addresses: addresses.slice(1) }))).toBe('web-v1');
    expect(() => ask(made({}, { addresses }))).toThrow('The Gateway shop/made has several addresses');
  });
});
