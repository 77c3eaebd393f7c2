import { Testing } from 'cdk8s';
import {
  Auth,
  ClientKey,
  ClusterApp,
  FailureMode,
  HeaderMatch,
  Mesh,
  Operation,
  PerClientRateLimit,
  Period,
  Port,
  Topology,
  TopologyChart,
  ValidationError,
} from '../../lib';
import { plain } from '../istio/support';

/** What every object of JavaScript inherits, and what sets its prototype. */
const NAMES = ['__proto__', ...Object.getOwnPropertyNames(Object.prototype), 'prototype'];

type Declare = (shop: Topology, name: string) => unknown;

const limit = (client: ClientKey) =>
  PerClientRateLimit.of({ client, requests: 1, per: Period.MINUTE, failureMode: FailureMode.FAIL_OPEN });
const grpc = (options: { service: string; methods: string[] }) => Port.grpc(80, options);

/** Two versions, and a caller, so that there is something to route. */
function routed(shop: Topology, name: string, versions: { readonly [version: string]: object } = { v1: {}, v2: {} }) {
  const cart = plain(shop, name, { versions });
  plain(shop, 'web').calls(cart);
  return cart;
}

const entries: [string, Declare][] = [
  ['a service', (shop, name) => plain(shop, 'web').calls(plain(shop, name))],
  [
    "a topology's namespace",
    (shop, name) => {
      shop.addNamespace(name);
      plain(shop, 'web', { namespace: name });
    },
  ],
  ["a service's namespace", (shop, name) => plain(shop, 'web', { namespace: name })],
  [
    'an external service',
    (shop, name) =>
      plain(shop, 'web').calls(shop.addExternalService(name, { host: 'bank.example', port: Port.tls(443) })),
  ],
  ['an edge', (shop, name) => shop.addEdge(name, { host: 'shop.example' }).route('GET /', plain(shop, 'web'))],
  [
    'a version',
    (shop, name) => {
      routed(shop, 'cart', { [name]: {}, v2: {} }).split({ [name]: 40, v2: 60 });
    },
  ],
  [
    'a version routed to',
    (shop, name) => {
      routed(shop, 'cart', { [name]: {}, v2: {} }).routeTo(name, HeaderMatch.exact('x-user', 'me'));
    },
  ],
  [
    'a version mirrored to',
    (shop, name) => {
      routed(shop, 'cart', { [name]: {}, v2: {} }).mirrorTo(name);
    },
  ],
  ['a variable', (shop, name) => plain(shop, 'web', { env: { [name]: 'x' } })],
  ['a variable of a version', (shop, name) => plain(shop, 'web', { versions: { v1: { env: { [name]: 'x' } } } })],
  [
    'an address',
    (shop, name) => plain(shop, 'web', { env: { OTHER: 'x' } }).calls(plain(shop, 'cart'), { addressEnvVar: name }),
  ],
  [
    'a label',
    (shop, name) => {
      plain(shop, 'web').calls(
        shop.addService('old', {
          port: Port.http(80),
          existingWorkload: { labels: { [name]: 'x' }, serviceAccount: 'old' },
        }),
      );
    },
  ],
  [
    "a label's value",
    (shop, name) => {
      plain(shop, 'web').calls(
        shop.addService('old', {
          port: Port.http(80),
          existingWorkload: { labels: { app: name }, serviceAccount: 'old' },
        }),
      );
    },
  ],
  [
    'a header of a mesh route',
    (shop, name) => {
      routed(shop, 'cart').routeTo('v2', HeaderMatch.exact(name, 'yes'));
    },
  ],
  [
    "a header's value",
    (shop, name) => {
      routed(shop, 'cart').routeTo('v2', HeaderMatch.prefix('x-user', name));
    },
  ],
  [
    "a header of an edge's route",
    (shop, name) => {
      const cart = plain(shop, 'cart', { versions: { v1: {}, v2: {} } });
      cart.routeTo('v2', HeaderMatch.exact(name, 'yes'));
      shop.addEdge('door', { host: 'shop.example' }).route('GET /', cart);
    },
  ],
  [
    "an operation's path",
    (shop, name) =>
      plain(shop, 'web').calls(plain(shop, 'cart'), { allowedOperations: [Operation.http(`GET /${name}`)] }),
  ],
  [
    "a route's path",
    (shop, name) => shop.addEdge('door', { host: 'shop.example' }).route(`GET /${name}`, plain(shop, 'web')),
  ],
  [
    'a gRPC method',
    (shop, name) => {
      const cart = plain(shop, 'cart', { port: grpc({ service: 'shop.Cart', methods: [name] }) });
      plain(shop, 'web').calls(cart, { allowedOperations: [cart.method(name)] });
    },
  ],
  [
    'a gRPC service',
    (shop, name) => {
      const cart = plain(shop, 'cart', { port: grpc({ service: name, methods: ['Get'] }) });
      plain(shop, 'web').calls(cart, { allowedOperations: [cart.method('Get')] });
    },
  ],
  [
    'a field of an aggregate',
    (shop, name) =>
      shop.addEdge('door', { host: 'shop.example' }).aggregate('GET /', {
        [name]: { service: plain(shop, 'a'), path: '/' },
        other: { service: plain(shop, 'b'), path: '/' },
      }),
  ],
  [
    'a header of an aggregate',
    (shop, name) =>
      shop.addEdge('door', { host: 'shop.example' }).aggregate(
        'GET /',
        {
          a: { service: plain(shop, 'a'), path: '/' },
          b: { service: plain(shop, 'b'), path: '/' },
        },
        { headers: [name] },
      ),
  ],
  [
    'a header of CORS',
    (shop, name) =>
      shop
        .addEdge('door', { host: 'shop.example', cors: { origins: ['https://a.example'], headers: [name] } })
        .route('GET /', plain(shop, 'web')),
  ],
  [
    "a client's claim",
    (shop, name) =>
      shop
        .addEdge('door', {
          host: 'shop.example',
          auth: Auth.jwt({ issuer: 'https://a.example', audiences: ['shop'] }),
          perClientRateLimit: limit(ClientKey.claim(name)),
          rateLimiter: shop.addRateLimiter('limiter', { redis: plain(shop, 'redis', { port: Port.tcp(6379) }) }),
        })
        .route('GET /', plain(shop, 'web')),
  ],
  [
    "a client's header",
    (shop, name) =>
      shop
        .addEdge('door', {
          host: 'shop.example',
          perClientRateLimit: limit(ClientKey.header(name)),
          rateLimiter: shop.addRateLimiter('limiter', { redis: plain(shop, 'redis', { port: Port.tcp(6379) }) }),
        })
        .route('GET /', plain(shop, 'web')),
  ],
  [
    'an audience',
    (shop, name) =>
      shop
        .addEdge('door', { host: 'shop.example', auth: Auth.jwt({ issuer: 'https://a.example', audiences: [name] }) })
        .route('GET /', plain(shop, 'web')),
  ],
  [
    'a Secret',
    (shop, name) => shop.addEdge('door', { host: 'shop.example', tlsSecret: name }).route('GET /', plain(shop, 'web')),
  ],
  ['a host', (shop, name) => shop.addEdge('door', { host: `${name}.example` }).route('GET /', plain(shop, 'web'))],
];

test.each(entries.flatMap(([what, declare]) => NAMES.map(name => [what, name, declare] as const)))(
  '%s named %s is rendered or throws',
  (_what, name, declare) => {
    const shop = new Topology('shop');
    let text: string;
    try {
      declare(shop, name);
      text = JSON.stringify(
        Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh: Mesh.istio() })),
      );
    } catch (error) {
      expect(error).toBeInstanceOf(ValidationError);
      return;
    }
    expect(text).toContain(name);
  },
);

test.each(['toString', 'constructor', 'hasOwnProperty'])(
  'a variable %s is no duplicate of what every object inherits',
  name => {
    const shop = new Topology('shop');
    plain(shop, 'web', { env: { OTHER: 'x' } }).calls(plain(shop, 'cart'), { addressEnvVar: name });
    expect(() => plain(shop, 'app', { env: { [name]: 'x' } }).calls(plain(shop, 'b'), { addressEnvVar: name })).toThrow(
      expect.objectContaining({ code: 'Duplicate' }),
    );
  },
);
