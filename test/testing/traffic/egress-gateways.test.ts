import { endsOf, istio, meshed, pods, service, traffic } from './support';

const server = (port: object, more: object = {}) =>
  istio(
    'Gateway',
    'out',
    { selector: { istio: 'egress' }, servers: [{ port, hosts: ['ext.example'], ...more }] },
    'edge',
  );
const external = istio('ServiceEntry', 'ext', {
  hosts: ['ext.example'],
  ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
  resolution: 'DNS',
});
const gateway = [
  meshed('edge'),
  pods('egress', 'v1', { namespace: 'edge', labels: { istio: 'egress' } }),
  service('egress', 'edge', { selector: { istio: 'egress' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
];
const to = (host: string) => [{ destination: { host, port: { number: 80 } } }];
const rules = (onwards: object = { route: to('ext.example') }) =>
  istio('VirtualService', 'ext', {
    hosts: ['ext.example'],
    gateways: ['mesh', 'edge/out'],
    http: [
      { match: [{ gateways: ['mesh'], port: 80 }], route: to('egress.edge.svc.cluster.local') },
      { match: [{ gateways: ['edge/out'] }], ...onwards },
    ],
  });
const plain = server({ number: 8080, name: 'http', protocol: 'HTTP' });
const ask = (objects: object[], url = 'http://ext.example/a') =>
  traffic([...gateway, external, ...objects])
    .from('web')
    .http(`GET ${url}`);

test('a request goes on from an egress gateway by the routes of its Gateway', () => {
  const result = ask([plain, rules({ route: to('ext.example'), rewrite: { uri: '/b/' } })]);
  expect(result.outcomes).toMatchObject([{ destination: 'ext.example', port: 80, path: '/b/a', share: 1 }]);
  expect(result.explain()).toContain('accepted by the gateway edge/out (spec.servers[0])');
});

test('an egress gateway has its own routes, responses and policies', () => {
  const policy = istio(
    'AuthorizationPolicy',
    'p',
    {
      selector: { matchLabels: { istio: 'egress' } },
      action: 'DENY',
      rules: [{ to: [{ operation: { paths: ['/a'] } }] }],
    },
    'edge',
  );
  expect([
    endsOf(ask([plain, rules({ directResponse: { status: 418 } })])),
    endsOf(ask([plain, rules()], 'http://ext.example/b')),
    endsOf(ask([plain, rules(), policy])),
    endsOf(
      ask([
        plain,
        rules({ fault: { abort: { httpStatus: 500, percentage: { value: 25 } } }, route: to('ext.example') }),
      ]),
    ),
  ]).toEqual(['418', 'ext.example', '403', '500 25%, ext.example 75%']);
});

test('where its Gateway has no route for the host, an egress gateway responds with 404', () => {
  const toGateway = istio('VirtualService', 'ext', {
    hosts: ['ext.example'],
    http: [{ route: to('egress.edge.svc.cluster.local') }],
  });
  expect(endsOf(ask([plain, toGateway]))).toBe('404');
});

test.each([
  ['in plain text', '503', plain],
  [
    'with a certificate of its own',
    '503',
    server({ number: 8080, name: 'https', protocol: 'HTTPS' }, { tls: { mode: 'SIMPLE', credentialName: 'c' } }),
  ],
  [
    'with mutual TLS',
    'ext.example',
    server({ number: 8080, name: 'https', protocol: 'HTTPS' }, { tls: { mode: 'ISTIO_MUTUAL' } }),
  ],
])('mutual TLS of a DestinationRule to a server %s ends with %s', (_what, end, gatewayServer) => {
  const rule = istio('DestinationRule', 'all', {
    host: '*.edge.svc.cluster.local',
    trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL', sni: 'ext.example' } },
  });
  const pod = pods('out', 'v1', {
    namespace: 'edge',
    labels: { istio: 'egress' },
    annotations: { 'inject.istio.io/templates': 'gateway' },
  });
  const objects = [meshed('edge'), pod, ...gateway.slice(2), external, gatewayServer, rules(), rule];
  expect(endsOf(traffic(objects).from('web').http('GET http://ext.example/a'))).toBe(end);
});

test('Pods on another port than that of a server are where the request ends', () => {
  expect(endsOf(ask([server({ number: 9999, name: 'http', protocol: 'HTTP' }), rules()]))).toBe('egress-v1');
});

test('a TLS mode of the server that is not simulated is an error', () => {
  const crossing = server({ number: 8080, name: 'tls', protocol: 'TLS' }, { tls: { mode: 'AUTO_PASSTHROUGH' } });
  expect(() => ask([crossing, rules()])).toThrow('TLS mode AUTO_PASSTHROUGH');
});

describe('a server with mutual TLS of the mesh', () => {
  const mutual = server({ number: 8080, name: 'https', protocol: 'HTTPS' }, { tls: { mode: 'ISTIO_MUTUAL' } });
  const injected = [
    meshed('edge'),
    pods('egress', 'v1', {
      namespace: 'edge',
      labels: { istio: 'egress' },
      annotations: { 'inject.istio.io/templates': 'gateway' },
    }),
    service('egress', 'edge', { selector: { istio: 'egress' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
  ];
  const tls = (sni: string) =>
    istio('DestinationRule', 'egress', {
      host: 'egress.edge.svc.cluster.local',
      trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL', sni } },
    });
  const allowing = (rule: object) =>
    istio('AuthorizationPolicy', 'p', { selector: { matchLabels: { istio: 'egress' } }, rules: [rule] }, 'edge');
  const through = (...objects: object[]) =>
    endsOf(
      traffic([...injected, external, mutual, rules(), ...objects])
        .from('web')
        .http('GET http://ext.example/a'),
    );

  test('has the identity of the caller and the server name, which the DestinationRule of the caller sets', () => {
    const named = { when: [{ key: 'connection.sni', values: ['ext.example'] }] };
    const from = (principal: string) => ({ from: [{ source: { principals: [principal] } }] });
    expect([
      through(tls('ext.example')),
      through(tls('ext.example'), allowing({ ...named, ...from('cluster.local/ns/shop/sa/web') })),
      through(tls('ext.example'), allowing({ ...named, ...from('cluster.local/ns/shop/sa/other') })),
      through(tls('ext.example'), allowing({ when: [{ key: 'connection.sni', values: ['other.example'] }] })),
    ]).toEqual(['ext.example', 'ext.example', '403', '403']);
  });

  test('accepts no other server name, and nothing in plain text', () => {
    expect([through(tls('other.example')), through()]).toEqual(['503', '503']);
  });

  test('is not an entry point for clients outside', () => {
    const all = traffic([...injected, external, mutual, rules()]);
    expect(endsOf(all.fromInternet('GET https://ext.example:8080/a'))).toBe('0');
    expect(all.matrix().reaches.filter(each => each.from === 'internet')).toEqual([]);
  });
});

test('Pods with the gateway template have no server on a port without a Gateway', () => {
  const gatewayPods = pods('egress', 'v1', {
    namespace: 'edge',
    labels: { istio: 'egress' },
    annotations: { 'inject.istio.io/templates': 'gateway' },
  });
  const [mesh, , front] = gateway;
  const other = server({ number: 9999, name: 'http', protocol: 'HTTP' });
  const all = traffic([mesh, gatewayPods, front, external, other, rules()].filter(each => each !== undefined));
  expect(endsOf(all.from('web').http('GET http://ext.example/a'))).toBe('503');
});

test('a field that is not simulated of the rule at the gateway is an error', () => {
  expect(() => ask([plain, rules({ route: to('ext.example'), quantum: 1 })])).toThrow('spec.http[1].quantum');
});

test('gateways that send to each other in a circle do not hang', () => {
  const circle = istio('VirtualService', 'ext', {
    hosts: ['ext.example'],
    gateways: ['mesh', 'edge/out'],
    http: [{ route: to('egress.edge.svc.cluster.local') }],
  });
  expect(endsOf(ask([plain, circle]))).toBe('egress-v1');
});
