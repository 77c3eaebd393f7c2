import { Traffic } from '../../../lib/testing';
import { endsOf, istio, meshConfig, meshed, pods, service, traffic } from './support';

const entry = (protocol: string, fields: object = {}, port: object = {}) =>
  istio('ServiceEntry', 'out', {
    hosts: ['out.example'],
    resolution: 'DNS',
    location: 'MESH_EXTERNAL',
    ports: [{ number: 8443, name: 'any', protocol, ...port }],
    ...fields,
  });
const begins = (mode: string, host = 'out.example') =>
  istio('DestinationRule', 'tls', { host, trafficPolicy: { tls: { mode } } });
const REACHED = 'out.example';
const ask = (scheme: string, objects: object[], url = 'out.example:8443') =>
  endsOf(traffic(objects).from('web').http(`GET ${scheme}://${url}/`));
const connect = (objects: object[], address = 'out.example:8443') => endsOf(traffic(objects).from('web').tcp(address));

test.each<[string, object[], string, string, string]>([
  ['HTTP', [entry('HTTP')], REACHED, '0', REACHED],
  ['HTTP to which a DestinationRule begins TLS', [entry('HTTP'), begins('SIMPLE')], REACHED, 'Throws', REACHED],
  ['HTTP to which one begins mutual TLS', [entry('HTTP2'), begins('MUTUAL')], REACHED, 'Throws', REACHED],
  ['HTTPS', [entry('HTTPS')], '0', REACHED, REACHED],
  ['TLS', [entry('tls')], '0', REACHED, REACHED],
  ['TLS to which a DestinationRule begins TLS', [entry('TLS'), begins('SIMPLE')], '0', '0', REACHED],
  [
    'HTTPS at an address to which a DestinationRule begins TLS',
    [entry('HTTPS', { addresses: ['240.0.0.1'] }), begins('SIMPLE')],
    REACHED,
    '0',
    REACHED,
  ],
  [
    'HTTPS at a block of addresses',
    [entry('HTTPS', { addresses: ['10.0.0.0/8'] }), begins('SIMPLE')],
    '0',
    '0',
    REACHED,
  ],
  ['TCP', [entry('TCP')], REACHED, REACHED, REACHED],
  ['TCP to which a DestinationRule begins TLS', [entry('TCP'), begins('SIMPLE')], REACHED, '0', REACHED],
  ['UDP', [entry('UDP')], '0', '0', '0'],
  ['HTTP with TLS of the mesh', [entry('HTTP'), begins('ISTIO_MUTUAL')], '503', '0', REACHED],
])(
  'a port outside that is %s, called in plaintext, in TLS, and for a connection',
  (_name, objects, plain, secure, connection) => {
    expect([ask('http', objects), connect(objects)]).toEqual([plain, connection]);
    if (secure === 'Throws') {
      expect(() => ask('https', objects)).toThrow('The client uses TLS on port 8443 of out.example');
    } else {
      expect(ask('https', objects)).toBe(secure);
    }
  },
);

test('a connection to a port for requests passes by tcp rules and DestinationRules, as to an unknown host', () => {
  const bytes = { number: 9000 };
  const rule = istio('VirtualService', 'v', {
    hosts: ['old'],
    tcp: [{ route: [{ destination: { host: 'cart', port: bytes } }] }],
  });
  const all = traffic([rule]);
  expect(endsOf(all.from('web').tcp('old:80'))).toBe('old-v1');
  expect(endsOf(all.from('web').tcp('old:9000'))).toBe('cart-v1 50%, cart-v2 50%');
  const closed = meshConfig({ outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } });
  expect(endsOf(traffic([rule, closed]).from('web').tcp('old:80'))).toBe('0');
  expect(connect([entry('HTTP'), closed])).toBe('0');
});

test('where only known hosts are forwarded, TLS reaches no port for requests, with any DestinationRule', () => {
  const closed = [meshConfig({ outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } })];
  expect([
    ask('https', [entry('HTTP'), begins('SIMPLE'), ...closed]),
    ask('https', [entry('HTTPS'), ...closed]),
  ]).toEqual(['0', REACHED]);
});

test('TLS of the mesh to what is declared a part of it and runs nowhere is not guessed', () => {
  const inside = entry('HTTP', { location: 'MESH_INTERNAL' });
  expect(() => ask('http', [inside, begins('ISTIO_MUTUAL')])).toThrow(
    'uses mesh mutual TLS to out.example, which is not in the manifests',
  );
});

test('requests in plain text to port 443 are not guessed, unless TLS is begun for them', () => {
  const at443 = entry('HTTP', {}, { number: 80, targetPort: 443 });
  expect(ask('http', [at443, begins('SIMPLE')], 'out.example')).toBe(REACHED);
  expect(() => ask('http', [at443], 'out.example')).toThrow('sends requests in plain text to port 443 of out.example');
  expect(connect([at443], 'out.example:80')).toBe(REACHED);
});

test('a route that leads from plain text to a port for TLS fails unless TLS is begun', () => {
  const route = istio('VirtualService', 'r', {
    hosts: ['out.example'],
    http: [{ match: [{ port: 80 }], route: [{ destination: { host: 'out.example', port: { number: 8443 } } }] }],
  });
  const both = istio('ServiceEntry', 'out', {
    hosts: ['out.example'],
    resolution: 'DNS',
    ports: [
      { number: 80, name: 'a', protocol: 'HTTP' },
      { number: 8443, name: 'b', protocol: 'HTTPS' },
    ],
  });
  expect([
    ask('http', [both, route], 'out.example'),
    ask('http', [both, route, begins('SIMPLE')], 'out.example'),
  ]).toEqual(['503', REACHED]);
  expect(
    Traffic.diff(traffic([both, route, begins('SIMPLE')]), traffic([both, route])).filter(each =>
      each.includes('out.example:80'),
    ),
  ).toContainEqual(expect.stringContaining('out.example, 2 retries → response 503'));
});

const secure = service('vault', 'shop', {
  ports: [
    { name: 'https', port: 443, targetPort: 8443 },
    { name: 'http', port: 80, targetPort: 8080 },
    { name: 'any', port: 81, targetPort: 8081 },
    { name: 'dns', port: 53, protocol: 'UDP' },
  ],
});

test.each<[string, string]>([
  ['with', 'web'],
  ['without', 'old'],
])('a client %s a sidecar: the scheme has to be that of a port of the mesh', (_name, from) => {
  const all = traffic([pods('vault'), secure]);
  const ends = (url: string) => endsOf(all.from(from).http(`GET ${url}/`));
  expect([
    ends('http://vault'),
    ends('https://vault:80'),
    ends('http://vault:443'),
    ends('https://vault'),
    ends('http://vault:81'),
    ends('https://vault:81'),
  ]).toEqual(['vault-v1', '0', '0', 'vault-v1', 'vault-v1', 'vault-v1']);
});

test('requests and connections to a port for UDP arrive nowhere', () => {
  const all = traffic([pods('vault'), secure]);
  expect(
    ['web', 'old'].flatMap(from => [
      endsOf(all.from(from).http('GET http://vault:53/')),
      endsOf(all.from(from).tcp('vault:53')),
    ]),
  ).toEqual(['0', '0', '0', '0']);
});

test('TLS to an address that no host has passes ports on which others carry requests', () => {
  const far = meshed('far');
  const closed = meshConfig({ outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } });
  expect([
    ask('https', [far, entry('HTTP')], 'free.example:8443'),
    ask('https', [entry('HTTP'), closed], 'free.example:8443'),
    ask('http', [entry('HTTP'), closed], 'free.example:8443'),
  ]).toEqual(['free.example', '0', '502']);
});

test('a gateway that leaves TLS as it is reaches no port for requests', () => {
  const own = istio('Gateway', 'own', {
    selector: { istio: 'ingressgateway' },
    servers: [{ port: { number: 443, name: 'tls', protocol: 'TLS' }, hosts: ['*'], tls: { mode: 'PASSTHROUGH' } }],
  });
  const to = (port: number) =>
    istio('VirtualService', 'v', {
      hosts: ['a.example'],
      gateways: ['own'],
      tls: [
        { match: [{ sniHosts: ['a.example'] }], route: [{ destination: { host: 'vault', port: { number: port } } }] },
      ],
    });
  expect(
    [443, 80].map(port =>
      endsOf(traffic([pods('vault'), secure, own, to(port)]).fromInternet('GET https://a.example/')),
    ),
  ).toEqual(['vault-v1', '0']);
});
