import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'cdk8s';
import {
  type AggregateProps,
  Auth,
  ClientKey,
  type EdgeProps,
  FailureMode,
  Front,
  HeaderMatch,
  Mesh,
  type PartProps,
  PerClientRateLimit,
  Period,
  Port,
  ProtoDescriptor,
  QueryParamMatch,
  type RedirectProps,
  type RequestMatch,
  type RouteProps,
  Topology,
} from '../../lib';
import { catalogDescriptor } from '../support/descriptors';
import { temporaryFolder } from '../support/temporary-folder';

const image = 'example/x:1';
const jwt = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });
const limitBy = (client: ClientKey, failureMode = FailureMode.FAIL_OPEN) =>
  PerClientRateLimit.of({ client, requests: 5, per: Period.MINUTE, failureMode });

const edge = (props: Partial<EdgeProps>) => () =>
  new Topology('shop').addEdge('door', { host: 'shop.example', ...props });

const route =
  (props: RouteProps, ofEdge: Partial<EdgeProps> = {}, operation = 'GET /') =>
  () => {
    const shop = new Topology('shop');
    const web = shop.addService('web', { image, port: Port.http(80) });
    shop.addEdge('door', { host: 'shop.example', ...ofEdge }).route(operation, web, props);
  };

const translated = (operation: string, grpcMethod: string) => () => {
  const shop = new Topology('shop');
  const catalog = shop.addService('catalog', {
    image,
    port: Port.grpc(80, { service: 'shop.Catalog', descriptor: catalogDescriptor() }),
  });
  shop.addEdge('door', { host: 'shop.example' }).route(operation, catalog, { grpcMethod });
};

const aggregate =
  (
    part: Omit<PartProps, 'service'>,
    port = Port.http(80),
    operation = 'GET /home/{user}',
    props: AggregateProps = {},
  ) =>
  () => {
    const shop = new Topology('shop');
    const [ads, web] = [
      shop.addService('ads', { image, port: Port.http(80) }),
      shop.addService('web', { image, port }),
    ];
    shop
      .addEdge('door', { host: 'shop.example' })
      .aggregate(operation, { ads: { service: ads, path: '/' }, web: { service: web, ...part } }, props);
  };

const redirect =
  (props: RedirectProps, operation = 'GET /old/*') =>
  () =>
    new Topology('shop').addEdge('door', { host: 'shop.example' }).redirect(operation, props);

type Row = [string, string, string[], () => unknown];

const CLAIMS_WITH_TWO_CONDITIONS: readonly RequestMatch[] = [
  { claims: { group: 'a', Group: 'b' } },
  { claims: { group: 'a' }, headers: [HeaderMatch.exact('x-jwt-claim-group', 'b')] },
];

export const EDGE_MISTAKES: Row[] = [
  ...['', 'login.example/keys', 'ftp://login.example/keys', 'https://login.example/the keys', 'https://'].map(
    (jwksUri): [string, string, string[], () => unknown] => [
      `"${jwksUri}" as the address of keys`,
      'InvalidKeyAddress',
      [`"${jwksUri}"`, '`jwksUri`'],
      () => Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'], jwksUri }),
    ],
  ),
  ['CORS for no origin', 'InvalidOrigin', ['no origin', 'https://www.shop.example'], edge({ cors: { origins: [] } })],
  [
    'CORS for an origin with a path',
    'InvalidOrigin',
    ['"https://a.example/x"'],
    edge({ cors: { origins: ['https://a.example/x'] } }),
  ],
  [
    'CORS with credentials for any origin',
    'Contradiction',
    ['browsers reject'],
    edge({ cors: { origins: ['*'], credentials: true } }),
  ],
  ['CORS for a header in capitals', 'InvalidHeader', ['"X-Id"'], edge({ cors: { origins: ['*'], headers: ['X-Id'] } })],
  [
    'a pattern for the headers of an API key',
    'InvalidHeader',
    ['"x-*"', 'Name each header.'],
    () => Auth.apiKey({ secret: 'keys', header: 'x-*' }),
  ],
  ['any header to distinguish clients', 'InvalidHeader', ['"*"'], () => ClientKey.header('*')],
  [
    'any header for the parts of an aggregate',
    'InvalidHeader',
    ['"*"'],
    () => {
      const shop = new Topology('shop');
      const [ads, web] = [
        shop.addService('ads', { image, port: Port.http(80) }),
        shop.addService('web', { image, port: Port.http(80) }),
      ];
      const parts = { ads: { service: ads, path: '/' }, web: { service: web, path: '/' } };
      shop.addEdge('door', { host: 'shop.example' }).aggregate('GET /home', parts, { headers: ['*'] });
    },
  ],
  [
    'two routes of one operation with conditions that a request can meet both',
    'AmbiguousRoutes',
    ['"GET / [x-b=1]"', '"GET / [x-a=1]"'],
    () => {
      const shop = new Topology('shop');
      const web = shop.addService('web', { image, port: Port.http(80) });
      const door = shop.addEdge('door', { host: 'shop.example' });
      door.route('GET /', web, { match: { headers: [HeaderMatch.exact('x-a', '1')] } });
      door.route('GET /', web, { match: { headers: [HeaderMatch.exact('x-b', '1')] } });
    },
  ],
  [
    'an aggregate with conditions',
    'Contradiction',
    ['`match`'],
    aggregate({ path: '/' }, Port.http(80), 'GET /home', { match: { headers: [HeaderMatch.exact('x-a', '1')] } }),
  ],
  [
    'an aggregate whose path is rewritten',
    'Contradiction',
    ['`rewrite.path`'],
    aggregate({ path: '/' }, Port.http(80), 'GET /home', { rewrite: { path: '/a' } }),
  ],
  ['a timeout of an edge without a unit', 'NoDuration', ['0'], edge({ timeout: 0 as unknown as Duration })],
  [
    'an aggregate without a timeout',
    'OutOfRange',
    ['no timeout'],
    aggregate({ path: '/' }, Port.http(80), 'GET /home', { timeout: Duration.millis(0) }),
  ],
  ['a match without conditions', 'NoEffect', ['no conditions'], route({ match: { headers: [] } })],
  ...CLAIMS_WITH_TWO_CONDITIONS.map((match, index): Row => [
    `a claim with two conditions (${index})`,
    'Duplicate',
    ['"x-jwt-claim-group"'],
    route({ auth: jwt, match }),
  ]),
  ['no claims', 'NoEffect', ['no conditions'], route({ auth: jwt, match: { claims: {} } })],
  [
    'a claim that is not in the token itself',
    'InvalidText',
    ['"realm.roles"'],
    route({ auth: jwt, match: { claims: { 'realm.roles': 'a' } } }),
  ],
  ['a claim without a token', 'Contradiction', ['no token'], route({ match: { claims: { group: 'a' } } })],
  ...[Auth.none(), Auth.jwt({ issuer: 'https://other.example', audiences: ['shop'] })].flatMap((auth, index) =>
    [true, false].map((isFirst): Row => [
      `a claim ${isFirst ? 'before' : 'after'} a rule with other tokens (${index})`,
      'AmbiguousRoutes',
      ['distinguished by claims'],
      () => {
        const shop = new Topology('shop');
        const web = shop.addService('web', { image, port: Port.http(80) });
        const door = shop.addEdge('door', { host: 'shop.example' });
        const declare = [
          () => door.route('GET /a', web, { auth: jwt, match: { claims: { group: 'a' } } }),
          () => door.route('ANY /*', web, { auth }),
        ];
        (isFirst ? declare : declare.reverse()).forEach(each => each());
      },
    ]),
  ),
  [
    'a header with two conditions',
    'Duplicate',
    ['"x-a"'],
    route({ match: { headers: [HeaderMatch.exact('x-a', '1'), HeaderMatch.prefix('x-a', '2')] } }),
  ],
  [
    'a parameter with two conditions',
    'Duplicate',
    ['"q"'],
    route({ match: { queryParams: [QueryParamMatch.exact('q', '1'), QueryParamMatch.exact('q', '2')] } }),
  ],
  [
    'seventeen conditions',
    'OutOfRange',
    ['17', '16'],
    route({ match: { headers: Array.from({ length: 17 }, (_, i) => HeaderMatch.exact(`x-${i}`, '1')) } }),
  ],
  ['a parameter with a name that no HTTPRoute has', 'InvalidText', ['"a b"'], () => QueryParamMatch.exact('a b', '1')],
  ['a parameter with an empty value', 'InvalidMatch', ['empty'], () => QueryParamMatch.exact('a', '')],
  ['a parameter with no expression', 'InvalidMatch', ['RE2'], () => QueryParamMatch.regex('a', '(')],
  [
    'conditions of a gRPC method',
    'Contradiction',
    ['`match`'],
    () => {
      const shop = new Topology('shop');
      const catalog = shop.addService('catalog', {
        image,
        port: Port.grpc(80, { service: 'shop.Catalog', descriptor: catalogDescriptor() }),
      });
      const match = { headers: [HeaderMatch.exact('x-a', '1')] };
      shop.addEdge('door', { host: 'shop.example' }).route('GET /p/{id}', catalog, { grpcMethod: 'GetProduct', match });
    },
  ],
  ['a redirect to the URL of the request', 'NoEffect', ['`host`'], redirect({})],
  ['a redirect to no path', 'InvalidPath', ['"new"'], redirect({ path: 'new' })],
  ['a redirect to two paths', 'Contradiction', ['`pathPrefix`'], redirect({ path: '/a', pathPrefix: '/b' })],
  ['a redirect of a prefix that is none', 'NoEffect', ['"/old"'], redirect({ pathPrefix: '/new' }, 'GET /old')],
  ['a redirect to a host with a port', 'InvalidHost', ['"a.example:1"'], redirect({ host: 'a.example:1' })],
  ['a redirect to another scheme', 'InvalidText', ['"ftp"', '"https"'], redirect({ scheme: 'ftp' })],
  ['a redirect to no port', 'OutOfRange', ['65536'], redirect({ port: 65_536 })],
  ['a redirect with another status', 'OutOfRange', ['304', '308'], redirect({ path: '/a', statusCode: 304 })],
  [
    'a redirect of an operation that has a route',
    'Duplicate',
    ['"GET /"'],
    () => {
      const shop = new Topology('shop');
      const door = shop.addEdge('door', { host: 'shop.example' });
      door.route('GET /', shop.addService('web', { image, port: Port.http(80) }));
      door.redirect('GET /', { path: '/a' });
    },
  ],
  ['a rewrite of nothing', 'NoEffect', ['neither path nor host'], route({ rewrite: {} })],
  ['a rewrite to no path', 'InvalidPath', ['"a"'], route({ rewrite: { path: 'a' } })],
  ['a rewrite to two paths', 'Contradiction', ['`path`'], route({ rewrite: { path: '/a', pathPrefix: '/' } })],
  ['a rewrite to a host with a port', 'InvalidHost', ['"a:1"'], route({ rewrite: { host: 'a:1' } })],
  ...['GET /a', 'GET /{rest+}', 'GET /*', 'GET /t/{id}/*'].map(
    (operation): [string, string, string[], () => unknown] => [
      `a rewrite of the prefix of ${operation}`,
      'NoEffect',
      [`"${operation.slice(4)}" has no prefix`],
      route({ rewrite: { pathPrefix: '/b' } }, {}, operation),
    ],
  ),
  ['a prefix replaced by itself', 'NoEffect', ['itself'], route({ rewrite: { pathPrefix: '/a' } }, {}, 'GET /a/*')],
  [
    'a reserved header changed at an edge',
    'InvalidHeader',
    ['"host"'],
    route({ headerChanges: { request: { set: { host: 'a' } } } }),
  ],
  [
    'a header set to nothing at an edge',
    'InvalidText',
    ['x-a', 'empty'],
    route({ headerChanges: { response: { add: { 'x-a': '' } } } }),
  ],
  [
    'seventeen headers set at an edge',
    'OutOfRange',
    ['17', '16'],
    route({
      headerChanges: { request: { set: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`x-${i}`, '1'])) } },
    }),
  ],
  ['no header changed at an edge', 'NoEffect', ['empty'], route({ headerChanges: { request: {} } })],
  ['an aggregate of a prefix', 'InvalidPath', ['"/home/*"'], aggregate({ path: '/' }, Port.http(80), 'GET /home/*')],
  ['a part of a prefix', 'InvalidPath', ['"/a/*"', 'single paths'], aggregate({ path: '/a/*' })],
  ['a prefix for a gRPC method', 'Untranslatable', ['"/a/*"', 'prefix'], translated('GET /a/*', 'GetProduct')],
  ['client certificates without TLS', 'NoEffect', ['clientCa', 'tlsSecret'], edge({ clientCa: 'clients' })],
  [
    'an issuer of certificates without a Secret to put them in',
    'NoEffect',
    ['certificateIssuer'],
    edge({ certificateIssuer: 'letsencrypt' }),
  ],
  ['a name that no Secret can have', 'InvalidName', ['"Shop TLS"', 'a Secret'], edge({ tlsSecret: 'Shop TLS' })],
  ['a front without addresses', 'NoEffect', ['empty'], () => Front.httpApi({ addresses: [] })],
  [
    'a front whose connections nothing identifies',
    'UnprovenFront',
    ['a WAF', '`addresses` or `clientCa`'],
    () => Front.of({ name: 'a WAF', capabilities: [] }),
  ],
  [
    'a front with a certificate whose authority no ConfigMap can have',
    'InvalidName',
    ['"Front CA"', 'a ConfigMap'],
    () => Front.of({ name: 'a WAF', capabilities: [], clientCa: 'Front CA' }),
  ],
  [
    'a front with a certificate, and plain HTTP behind it',
    'NoEffect',
    ['clientCa of the front', 'tlsSecret'],
    edge({ front: Front.of({ name: 'a WAF', capabilities: [], clientCa: 'front-ca' }) }),
  ],
  ...[
    '10.0.8.0',
    '10.0.8.0/33',
    '10.0.8/24',
    'fd00::/129',
    '10.0.8.0/',
    '/24',
    '10.0.8.0/024',
    '10.0.8.0/24/1',
    '*',
  ].map((cidr): [string, string, string[], () => unknown] => [
    `"${cidr}" as the addresses of a front`,
    'InvalidCidr',
    [`"${cidr}"`, '10.0.8.0/24'],
    () => Front.restApi({ addresses: ['10.0.9.0/24', cidr] }),
  ]),
  ...['0.0.0.0/0', '::/0', '128.0.0.0/1', '8.0.0.0/7', '2000::/15'].map(
    (cidr): [string, string, string[], () => unknown] => [
      `"${cidr}" as the addresses of a front`,
      'InvalidCidr',
      [`"${cidr}"`, 'bypassed'],
      () => Front.restApi({ addresses: [cidr] }),
    ],
  ),
  ["an edge's timeout without a unit", 'NoDuration', ['`timeout` is 3'], edge({ timeout: 3 as never })],
  ["a route's timeout without a unit", 'NoDuration', ['`timeout` is 3'], route({ timeout: 3 as never })],
  ['a cache without a unit', 'NoDuration', ['`cacheTtl` is 60'], route({ cacheTtl: 60 as never })],
  [
    "a browser's memory of a second and a half",
    'OutOfRange',
    ['1.5 s', 'whole seconds'],
    edge({ cors: { origins: ['*'], maxAge: Duration.millis(1500) } }),
  ],
  ...[Duration.millis(1.5), Duration.millis(1000 / 3), Duration.seconds(0.0001), Duration.hours(99_999.5)].map(
    (timeout): [string, string, string[], () => unknown] => [
      `a timeout of ${timeout.toMilliseconds({ integral: false })} ms`,
      'OutOfRange',
      ['shop/door', `${timeout.toMilliseconds({ integral: false })} ms`, 'whole milliseconds', '99,999 hours'],
      edge({ timeout }),
    ],
  ),
  ["a browser's memory without a unit", 'NoDuration', ['60'], edge({ cors: { origins: ['*'], maxAge: 60 as never } })],
  ["a part's time without a unit", 'NoDuration', ['timeout` is 1'], aggregate({ path: '/', timeout: 1 as never })],
  ...(
    [
      ['no JSON', 'not a JSON Web Key Set', 'x'],
      ['no set', 'not a JSON Web Key Set', '{}'],
      ['none', 'has no key', '{"keys":[]}'],
      ['a text', 'is not an object', '{"keys":["x"]}'],
      ['a secret', 'private parts (k)', '{"keys":[{"kty":"oct","k":"YQ"}]}'],
      [
        'a private key',
        'private parts (d',
        JSON.stringify({
          keys: [generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })],
        }),
      ],
      ['an unsupported type', 'kty foo', '{"keys":[{"kty":"foo"}]}'],
      ['an unsupported curve', 'crv secp256k1', '{"keys":[{"kty":"EC","crv":"secp256k1","x":"YQ","y":"YQ"}]}'],
      ['a half key', 'Key 1 of the set is malformed', '{"keys":[{"kty":"RSA","e":"AQAB"}]}'],
      [
        'a short RSA key',
        'an RSA key of 1024 bits',
        JSON.stringify({
          keys: [generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })],
        }),
      ],
    ] as const
  ).map(([what, word, jwks]): (typeof EDGE_MISTAKES)[number] => [
    `keys that are ${what}`,
    'InvalidKeys',
    [word],
    () => Auth.jwt({ issuer: 'https://a.example', audiences: ['a'], jwks }),
  ]),
  [
    'no scope at all',
    'InvalidScope',
    ['no token'],
    () => Auth.jwt({ issuer: 'https://a.example', audiences: ['a'], scopes: [] }),
  ],
  [
    'two scopes in one',
    'InvalidScope',
    ['"a b"'],
    () => Auth.jwt({ issuer: 'https://a.example', audiences: ['a'], scopes: ['a b'] }),
  ],
  ...['orders:*', '*', '*:read', 'a*b'].map((scope): [string, string, string[], () => unknown] => [
    `a scope that is a pattern, ${scope}`,
    'NotLiteral',
    [`"${scope}"`, 'pattern'],
    () => Auth.jwt({ issuer: 'https://a.example', audiences: ['a'], scopes: ['read', scope] }),
  ]),
  ...['', 'a\nb', '"a"', 'a\\', 'ä'].map((scope): [string, string, string[], () => unknown] => [
    `a scope that no token can state, ${JSON.stringify(scope)}`,
    'InvalidScope',
    [JSON.stringify(scope)],
    () => Auth.jwt({ issuer: 'https://a.example', audiences: ['a'], scopes: [scope] }),
  ]),
  ...['*', 'shop*', '*shop', '', 'a b', 'a\n', '\u0000'].map((audience): [string, string, string[], () => unknown] => [
    `an audience that is not literal, ${JSON.stringify(audience)}`,
    'NotLiteral',
    ['audience', JSON.stringify(audience)],
    () => Auth.jwt({ issuer: 'https://a.example', audiences: ['ok', audience] }),
  ]),
  ...['https://a.example/*', 'https://*.example', 'https://a.example\n', 'https://a .example'].map(
    (issuer): [string, string, string[], () => unknown] => [
      `an issuer that is not literal, ${JSON.stringify(issuer)}`,
      'NotLiteral',
      ['issuer', JSON.stringify(issuer)],
      () => Auth.jwt({ issuer, audiences: ['a'] }),
    ],
  ),
  ...['', 'a b', 'a*', '$context.x}'].map((claim): [string, string, string[], () => unknown] => [
    `a claim of no usable name, ${JSON.stringify(claim)}`,
    'InvalidClaim',
    [JSON.stringify(claim)],
    () => ClientKey.claim(claim),
  ]),
  ...['*', 'web*', 'Web', 'a/b', ''].map((serviceAccount): [string, string, string[], () => unknown] => [
    `a service account that is a pattern or no name, "${serviceAccount}"`,
    'InvalidName',
    ['a ServiceAccount'],
    () =>
      new Topology('shop').addService('web', {
        port: Port.http(80),
        existingWorkload: { labels: { app: 'web' }, serviceAccount },
      }),
  ]),
  ...['*', 'prod*', 'Prod', '', 'a/ns/b'].map((trustDomain): [string, string, string[], () => unknown] => [
    `a trust domain that is a pattern or none, "${trustDomain}"`,
    'InvalidName',
    ['trust domain'],
    () => Mesh.istio({ trustDomain }),
  ]),
  [
    'a limit by claim where no token is needed',
    'UncountableClients',
    ['"sub"', 'Auth.jwt'],
    route({ perClientRateLimit: limitBy(ClientKey.claim('sub')) }),
  ],
  [
    'a limit by key where no key is needed',
    'UncountableClients',
    ['API key', 'Auth.apiKey'],
    route({ auth: jwt, perClientRateLimit: limitBy(ClientKey.apiKey()) }),
  ],
  [
    'a limit by key on an edge of tokens',
    'UncountableClients',
    ['Auth.apiKey'],
    edge({ auth: jwt, perClientRateLimit: limitBy(ClientKey.apiKey()) }),
  ],
  [
    'a limit of no request',
    'OutOfRange',
    ['requests is 0'],
    () =>
      PerClientRateLimit.of({
        client: ClientKey.header('x-client'),
        requests: 0,
        per: Period.DAY,
        failureMode: FailureMode.FAIL_OPEN,
      }),
  ],
  [
    'two answers while clients cannot be counted',
    'Contradiction',
    ['fail-open', 'fail-closed'],
    route(
      { perClientRateLimit: limitBy(ClientKey.header('a')) },
      { perClientRateLimit: limitBy(ClientKey.header('a'), FailureMode.FAIL_CLOSED) },
    ),
  ],
  ['a shape that requires nothing', 'EmptyShape', ['requires nothing'], route({ requestValidation: { query: [] } })],
  [
    'a cache of what changes something',
    'Uncacheable',
    ['POST', 'GET'],
    route({ cacheTtl: Duration.seconds(5) }, {}, 'POST /'),
  ],
  ['a cache of half a second', 'Uncacheable', ['whole seconds'], route({ cacheTtl: Duration.millis(500) })],
  [
    'a descriptor that is not there',
    'InvalidDescriptor',
    ['does not exist', 'protoc'],
    () => ProtoDescriptor.fromFile('/nowhere/shop.pb'),
  ],
  [
    'a descriptor that is something else',
    'InvalidDescriptor',
    ['not a descriptor set'],
    () => {
      const file = join(temporaryFolder(), 'no-descriptor.pb');
      writeFileSync(file, 'Hello.');
      ProtoDescriptor.fromFile(file);
    },
  ],
  [
    'a descriptor without the service',
    'InvalidDescriptor',
    ['shop.Cart'],
    () => Port.grpc(80, { service: 'shop.Cart', descriptor: catalogDescriptor() }),
  ],
  [
    'REST for a port without a descriptor',
    'Untranslatable',
    ['ProtoDescriptor.fromFile'],
    route({ grpcMethod: 'Get' }),
  ],
  ['REST for a method that is not there', 'Untranslatable', ['shop.Catalog/Drop'], translated('GET /', 'Drop')],
  ['REST for a method with a stream', 'Untranslatable', ['stream'], translated('POST /products', 'Import')],
  ['REST with HEAD', 'Untranslatable', ['HEAD'], translated('HEAD /products', 'ListProducts')],
  [
    'REST with a parameter that is no field',
    'Untranslatable',
    ['"product"', 'id, currency'],
    translated('GET /products/{product}', 'GetProduct'),
  ],
  [
    'an aggregate of one part',
    'NothingToAggregate',
    ['1 parts'],
    () => {
      const shop = new Topology('shop');
      shop
        .addEdge('door', { host: 'shop.example' })
        .aggregate('GET /', { web: { service: shop.addService('web', { image, port: Port.http(80) }), path: '/' } });
    },
  ],
  [
    'an aggregate that changes something',
    'InvalidOperation',
    ['POST', 'GET'],
    () => {
      const shop = new Topology('shop');
      const web = shop.addService('web', { image, port: Port.http(80) });
      shop
        .addEdge('door', { host: 'shop.example' })
        .aggregate('POST /', { a: { service: web, path: '/a' }, b: { service: web, path: '/b' } });
    },
  ],
  [
    'a part with a parameter that the whole does not give',
    'UnknownParameter',
    ['"id"', 'Use user'],
    aggregate({ path: '/{id}' }),
  ],
  ['a part of gRPC', 'NoRequests', ['uses grpc', 'JSON'], aggregate({ path: '/' }, Port.grpc(80))],
  [
    'a part with more time than the whole',
    'PartOutlastsWhole',
    ['30000 ms', '29000 ms'],
    aggregate({ path: '/', timeout: Duration.seconds(30) }),
  ],
];
