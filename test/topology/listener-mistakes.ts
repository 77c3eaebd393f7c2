import { Duration } from 'cdk8s';
import {
  ClientCertificates,
  type Edge,
  type EdgeProps,
  ExternalAuthorizer,
  Port,
  type Retries,
  RetryOn,
  type Service,
  TlsVersion,
  Topology,
} from '../../lib';
import { restFront } from '../support/fronts';

const edge = (props: Partial<EdgeProps>) => () =>
  new Topology('shop').addEdge('door', { host: 'shop.example', ...props });

const image = 'example/x:1';
const serviceWith = (port: Port, topology = 'shop') => new Topology(topology).addService('web', { image, port });

const forwarding =
  (port: Port, declare: (edge: Edge, web: Service) => unknown, props: Partial<EdgeProps> = {}) =>
  () => {
    const shop = new Topology('shop');
    const web = shop.addService('web', { image, port });
    declare(shop.addEdge('door', { host: 'shop.example', ...props }), web);
  };

const retrying = (operation: string, retries: Retries, timeout?: Duration) => () => {
  const shop = new Topology('shop');
  const web = shop.addService('web', { image, port: Port.http(80) });
  shop.addEdge('door', { host: 'shop.example' }).route(operation, web, { retries, timeout });
};

/** Mistakes in the hosts, certificates and clients of an edge. */
export const LISTENER_MISTAKES: [string, string, string[], () => unknown][] = [
  ...['*', '*.*.example', 'a.*.example', 'shop.*', '*shop.example', '*.example', 'Shop.example', '10.0.0.1', ''].map(
    (host): (typeof LISTENER_MISTAKES)[number] => [
      `"${host}" as a further host`,
      'InvalidHost',
      [],
      edge({ alternativeHosts: ['www.shop.example', host] }),
    ],
  ),
  ...(
    [
      ['alternativeHosts', { alternativeHosts: ['a.example.org'] }],
      ['certificateIssuer', { tlsSecret: 'tls', certificateIssuer: 'letsencrypt' }],
      ['front', { front: restFront }],
    ] as [string, Partial<EdgeProps>][]
  ).map(([name, props]): (typeof LISTENER_MISTAKES)[number] => [
    `all hosts with \`${name}\``,
    'Contradiction',
    ['all hosts', `\`${name}\``],
    edge({ host: '*', ...props }),
  ]),
  [
    'all hosts at a shared gateway',
    'Contradiction',
    ['all hosts', '`gateway`'],
    () => {
      const shop = new Topology('shop');
      shop.addEdge('door', { host: '*', gateway: shop.addSharedGateway('gate') });
    },
  ],
  ['an address as the only host, with a wildcard', 'InvalidHost', ['10.0.0.1'], edge({ host: '*.10.0.0.1' })],
  ['retries of a POST', 'UnsafeRouteRetries', ['POST', 'gateway-error'], retrying('POST /', { attempts: 1 })],
  ['retries of any method', 'UnsafeRouteRetries', ['ANY'], retrying('ANY /', { attempts: 1, on: [RetryOn.RESET] })],
  [
    'retries of a PATCH on a failure of its processing among others',
    'UnsafeRouteRetries',
    ['PATCH', 'unavailable'],
    retrying('PATCH /', { attempts: 1, on: [RetryOn.CONNECT_FAILURE, RetryOn.UNAVAILABLE] }),
  ],
  ['retries on no failure', 'NothingToRetry', ['attempts: 0'], retrying('GET /', { attempts: 1, on: [] })],
  ['a negative number of retries', 'OutOfRange', ['-1'], retrying('GET /', { attempts: -1 })],
  [
    'retries of a route for which its timeout has no time',
    'RetriesExceedTimeout',
    ['2000 ms'],
    retrying('GET /', { attempts: 2, perTryTimeout: Duration.seconds(1) }, Duration.seconds(2)),
  ],
  ['a host twice', 'Duplicate', ['"shop.example"'], edge({ alternativeHosts: ['a.example.org', 'shop.example'] })],
  [
    'a further host of another edge',
    'Duplicate',
    ['a.shop.example', '"door"'],
    () => {
      const shop = new Topology('shop');
      shop.addEdge('door', { host: 'shop.example', alternativeHosts: ['a.shop.example'] });
      shop.addEdge('gate', { host: 'b.shop.example', alternativeHosts: ['a.shop.example'] });
    },
  ],
  [
    'more hosts than an HTTPRoute has',
    'OutOfRange',
    ['17 hosts', '16'],
    edge({ alternativeHosts: Array.from({ length: 16 }, (_, index) => `a${index}.example.org`) }),
  ],
  [
    'a certificate of a host without TLS',
    'NoEffect',
    ['tlsSecrets', 'tlsSecret'],
    edge({ alternativeHosts: ['a.example.org'], tlsSecrets: { 'a.example.org': 'a' } }),
  ],
  [
    'a certificate of a host that is not declared',
    'NoEffect',
    ['"a.example.org"', '`alternativeHosts`'],
    edge({ tlsSecret: 'tls', tlsSecrets: { 'a.example.org': 'a' } }),
  ],
  [
    'a second certificate of the first host',
    'NoEffect',
    ['"shop.example"', '`tlsSecret`'],
    edge({ tlsSecret: 'tls', tlsSecrets: { 'shop.example': 'a' } }),
  ],
  [
    'a certificate of its own that is that of all hosts',
    'Contradiction',
    ['"tls"', '404'],
    edge({ alternativeHosts: ['a.example.org'], tlsSecret: 'tls', tlsSecrets: { 'a.example.org': 'tls' } }),
  ],
  [
    'a certificate of its own for two hosts',
    'Contradiction',
    ['"own"', '"b.example.org"'],
    edge({
      alternativeHosts: ['a.example.org', 'b.example.org'],
      tlsSecret: 'tls',
      tlsSecrets: { 'a.example.org': 'own', 'b.example.org': 'own' },
    }),
  ],
  [
    'a certificate with a name that no Secret can have',
    'InvalidName',
    ['"A B"', 'a Secret'],
    edge({ alternativeHosts: ['a.example.org'], tlsSecret: 'tls', tlsSecrets: { 'a.example.org': 'A B' } }),
  ],
  ...(['allowedCidrs', 'deniedCidrs'] as const).flatMap((name): typeof LISTENER_MISTAKES => [
    [`no address as ${name}`, 'NoEffect', ['empty'], edge({ [name]: [] })],
    [`an address without a prefix as ${name}`, 'InvalidCidr', ['"10.0.8.1"'], edge({ [name]: ['10.0.8.1'] })],
    [
      `${name} behind a front`,
      'NoEffect',
      [`\`${name}\``, 'behind a front'],
      edge({ front: restFront, [name]: ['10.0.8.0/24'] }),
    ],
  ]),
  ['no trusted proxy', 'NoEffect', ['trustedProxies.cidrs'], edge({ trustedProxies: { cidrs: [] } })],
  [
    'trusted proxies behind a front',
    'NoEffect',
    ['trustedProxies.cidrs'],
    edge({ front: restFront, trustedProxies: { cidrs: ['10.0.8.0/24'] } }),
  ],
  ...['0.0.0.0/0', '::/0', '8.0.0.0/7'].map((cidr): (typeof LISTENER_MISTAKES)[number] => [
    `"${cidr}" as trusted proxies`,
    'InvalidCidr',
    [`"${cidr}"`, 'forge'],
    edge({ trustedProxies: { cidrs: ['10.0.8.0/24', cidr] } }),
  ]),
  ...[0, -1, 1.5, 11].map((count): (typeof LISTENER_MISTAKES)[number] => [
    `${count} trusted proxies`,
    'OutOfRange',
    ['The count of trusted proxies', String(count)],
    edge({ trustedProxies: { cidrs: ['10.0.8.0/24'], count } }),
  ]),
  [
    'optional certificates of no authority',
    'NoEffect',
    ['`clientCa`'],
    edge({ tlsSecret: 'tls', clientCertificates: ClientCertificates.OPTIONAL }),
  ],
  [
    'optional certificates in front of a front',
    'NoEffect',
    ['A front requires'],
    edge({ front: restFront, clientCa: 'ca', clientCertificates: ClientCertificates.OPTIONAL }),
  ],
  ['a version of TLS without TLS', 'NoEffect', ['minTlsVersion'], edge({ minTlsVersion: TlsVersion.V1_3 })],
  [
    'an authorizer by TCP',
    'NoRequests',
    ['Port 6379 of web', 'http or grpc'],
    () => ExternalAuthorizer.of({ service: serviceWith(Port.tcp(6379)) }),
  ],
  [
    'headers for an authorizer that gets all of them',
    'NoEffect',
    ['`requestHeaders`'],
    () => ExternalAuthorizer.of({ service: serviceWith(Port.grpc(9001)), requestHeaders: ['cookie'] }),
  ],
  [
    'a header in capitals for an authorizer',
    'InvalidHeader',
    ['"Cookie"'],
    () => ExternalAuthorizer.of({ service: serviceWith(Port.http(80)), requestHeaders: ['Cookie'] }),
  ],
  [
    'a port that the authorizer does not have',
    'UnknownPort',
    ['81'],
    () => ExternalAuthorizer.of({ service: serviceWith(Port.http(80)), port: 81 }),
  ],
  [
    'no time for an authorizer',
    'OutOfRange',
    ['The timeout'],
    () => ExternalAuthorizer.of({ service: serviceWith(Port.http(80)), timeout: Duration.millis(0) }),
  ],
  [
    'an authorizer of another topology',
    'ForeignService',
    ['web belongs to the topology "other"'],
    () => {
      const shop = new Topology('shop');
      const authorizer = ExternalAuthorizer.of({ service: serviceWith(Port.http(80), 'other') });
      shop
        .addEdge('door', { host: 'shop.example', authorizer })
        .route('GET /', shop.addService('x', { image, port: Port.http(80) }));
    },
  ],
  [
    'cached responses of a route with an authorizer',
    'Contradiction',
    ['without a decision', '`cacheTtl`'],
    () => {
      const shop = new Topology('shop');
      const web = shop.addService('web', { image, port: Port.http(80) });
      const authorizer = ExternalAuthorizer.of({ service: web });
      shop.addEdge('door', { host: 'shop.example', authorizer }).route('GET /', web, { cacheTtl: Duration.seconds(5) });
    },
  ],
  [
    'TLS passthrough to a port for requests',
    'NoConnections',
    ['Port 80 of web', 'declared as tls'],
    forwarding(Port.http(80), (edge, web) => edge.passthrough('a.example.org', web)),
  ],
  [
    'TLS passthrough to a port that does not terminate TLS',
    'NoConnections',
    ['uses tcp', 'declared as tls'],
    forwarding(Port.tcp(5432), (edge, web) => edge.passthrough('a.example.org', web)),
  ],
  [
    'connections to a port for requests',
    'NoConnections',
    ['uses http', '`edge.route(…)`'],
    forwarding(Port.http(80), (edge, web) => edge.tcp(5432, web)),
  ],
  ...['*.example.org', 'A.example.org', ''].map((host): (typeof LISTENER_MISTAKES)[number] => [
    `TLS passthrough for "${host}"`,
    'InvalidHost',
    [],
    forwarding(Port.tls(8443), (edge, web) => edge.passthrough(host, web)),
  ]),
  [
    'TLS passthrough for the host of the edge',
    'Duplicate',
    ['shop.example already'],
    forwarding(Port.tls(8443), (edge, web) => edge.passthrough('shop.example', web)),
  ],
  [
    'TLS passthrough for a host twice',
    'Duplicate',
    ['a.example.org already'],
    forwarding(Port.tls(8443), (edge, web) => {
      edge.passthrough('a.example.org', web);
      edge.passthrough('a.example.org', web);
    }),
  ],
  [
    'connections to a port twice',
    'Duplicate',
    ['port 5432 already'],
    forwarding(Port.tcp(5432), (edge, web) => {
      edge.tcp(5432, web);
      edge.tcp(5432, web);
    }),
  ],
  ...[80, 443, 10_080, 10_443, 15_021, 15_000, 15_099, 19_000, 19_001].map(
    (port): (typeof LISTENER_MISTAKES)[number] => [
      `connections to port ${port} of the gateway`,
      'ReservedPort',
      [String(port)],
      forwarding(Port.tcp(5432), (edge, web) => edge.tcp(port, web)),
    ],
  ),
  ...[0, 65_536, 1.5].map((port): (typeof LISTENER_MISTAKES)[number] => [
    `connections to port ${port} of the gateway`,
    'OutOfRange',
    [String(port)],
    forwarding(Port.tcp(5432), (edge, web) => edge.tcp(port, web)),
  ]),
  [
    'connections behind a front',
    'Contradiction',
    ['a REST API, forwards requests only'],
    forwarding(Port.tcp(5432), (edge, web) => edge.tcp(5432, web), { front: restFront }),
  ],
  [
    'connections from denied addresses through a trusted proxy',
    'Contradiction',
    ['`deniedCidrs`'],
    forwarding(Port.tcp(5432), (edge, web) => edge.tcp(5432, web), {
      deniedCidrs: ['203.0.113.0/24'],
      trustedProxies: { cidrs: ['10.0.8.0/24'] },
    }),
  ],
  [
    'connections to a service of another topology',
    'ForeignService',
    ['"other"'],
    forwarding(Port.tcp(5432), edge => edge.tcp(5432, serviceWith(Port.tcp(5432), 'other'))),
  ],
  [
    'TLS to a backend without a host name',
    'InvalidHost',
    ['"legacy"'],
    forwarding(Port.http(80), (edge, web) => edge.route('GET /', web, { backendTls: { hostname: 'legacy' } })),
  ],
  [
    'an authority of a backend in what cannot be a ConfigMap',
    'InvalidName',
    ['"A B"', 'a ConfigMap'],
    forwarding(Port.http(80), (edge, web) =>
      edge.route('GET /', web, { backendTls: { hostname: 'a.example', caConfigMap: 'A B' } }),
    ),
  ],
];
