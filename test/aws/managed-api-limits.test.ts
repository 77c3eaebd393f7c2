import { Duration } from 'cdk8s';
import {
  Auth,
  ClientKey,
  type EdgeProps,
  FailureMode,
  HeaderMatch,
  PerClientRateLimit,
  Period,
  type RouteProps,
  TlsVersion,
} from '../../lib';
import type { RestApiEdgeProps } from '../../lib/aws';
import { httpFront, restFront } from '../support/fronts';
import { declared, declaredForRest, httpTemplate, restTemplate } from './support';

const jwt = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });
const limit = (client: ClientKey, per = Period.SECOND, failureMode = FailureMode.FAIL_OPEN) =>
  PerClientRateLimit.of({ client, requests: 5, per, failureMode });

function make(
  kind: 'http' | 'rest',
  ofEdge: Partial<EdgeProps> = {},
  ofRoute: RouteProps = {},
  props: Partial<RestApiEdgeProps> = {},
  operation = 'GET /',
) {
  const { edge, web } = declared({ front: kind === 'http' ? httpFront : restFront, ...ofEdge });
  edge.route(operation, web, ofRoute);
  return () => (kind === 'http' ? httpTemplate(edge, () => props) : restTemplate(edge, () => props));
}

test.each<[string, RegExp, () => unknown]>([
  ['a firewall', /a web application firewall.*RestApiEdge/s, make('http', { waf: true })],
  ...(['http', 'rest'] as const).flatMap((kind): [string, RegExp, () => unknown][] => [
    [
      `a second host in front of a ${kind} API`,
      /shop.example, www.shop.example, and .* of one host only/,
      make(kind, { alternativeHosts: ['www.shop.example'] }),
    ],
    [`all hosts of a domain in front of a ${kind} API`, /\*\.shop\.example/, make(kind, { host: '*.shop.example' })],
  ]),
  [
    'the lowest version of TLS of the gateway',
    /`minTlsVersion` applies to connections of clients/,
    make('http', { minTlsVersion: TlsVersion.V1_3 }),
  ],
  ['request shapes', /request validation/, make('http', {}, { requestValidation: { query: ['q'] } })],
  ['caches', /response caching/, make('http', {}, { cacheTtl: Duration.seconds(5) })],
  [
    'eleven scopes',
    /11 scopes.*at most 10/s,
    make('http', {
      auth: Auth.jwt({
        issuer: 'https://a.example',
        audiences: ['a'],
        scopes: Array.from({ length: 11 }, (_, i) => `s${i}`),
      }),
    }),
  ],
  [
    'a stage name with a blank',
    /"my stage" is not a valid stage name/,
    make('http', {}, {}, { stageName: 'my stage' }),
  ],
  [
    'a reserved header',
    /"X-Forwarded-For" itself/,
    make('http', {}, {}, { claimHeaders: { 'X-Forwarded-For': 'sub' } }),
  ],
  ...(['http', 'rest'] as const).flatMap(kind =>
    ['host', 'Host'].map((header): [string, RegExp, () => unknown] => [
      `a claim in the header ${header} of a ${kind} API`,
      /would replace the host, and the gateway routes requests to ".*" by it/,
      make(kind, {}, {}, { claimHeaders: { [header]: 'sub' } }),
    ]),
  ),
  ...['', 'a b', 'sub}', '$context.identity.sourceIp'].map((claim): [string, RegExp, () => unknown] => [
    `the claim "${claim}"`,
    /is not a claim name that AWS supports/,
    make('http', { auth: jwt }, {}, { claimHeaders: { 'x-customer': claim } }),
  ]),
  [
    'a token with preflights',
    /browsers send none with preflights/,
    make('http', { auth: jwt, cors: { origins: ['*'] } }, {}, {}, 'OPTIONS /'),
  ],
  ['conditions', /method and path alone/, make('http', {}, { match: { headers: [HeaderMatch.exact('x-a', '1')] } })],
  [
    'a redirect',
    /"GET \/old" is a redirect/,
    () => {
      const { edge } = declared();
      edge.redirect('GET /old', { path: '/new' });
      return httpTemplate(edge);
    },
  ],
  ['a prefix', /"\/a\/\*" is a prefix.*"GET \/a" and "GET \/a\/\{rest\+\}"/s, make('http', {}, {}, {}, 'GET /a/*')],
  ['client certificates without a truststore', /truststore/, make('http', { clientCa: 'clients' })],
])('an HTTP API with %s throws', (_what, message, build) => {
  expect(build).toThrow(message);
});

test.each<[string, RegExp, () => unknown]>([
  ['a prefix', /"\/\*" is a prefix.*"ANY \/" and "ANY \/\{rest\+\}"/s, make('rest', {}, {}, {}, 'ANY /*')],
  [
    'limits per minute',
    /per minute.*per second or per day/s,
    make(
      'rest',
      { auth: jwt, perClientRateLimit: limit(ClientKey.claim('sub'), Period.MINUTE) },
      {},
      { clients: ['a'] },
    ),
  ],
  [
    'limits by header',
    /x-client.*only API keys/s,
    make('rest', { perClientRateLimit: limit(ClientKey.header('x-client')) }, {}, { clients: ['a'] }),
  ],
  [
    'limits of a route per day',
    /of the route is per day/,
    make('rest', { auth: jwt }, { perClientRateLimit: limit(ClientKey.claim('sub'), Period.DAY) }, { clients: ['a'] }),
  ],
  [
    'limits that deny what is not counted',
    /best effort/,
    make(
      'rest',
      { auth: jwt, perClientRateLimit: limit(ClientKey.claim('sub'), Period.DAY, FailureMode.FAIL_CLOSED) },
      {},
      { clients: ['a'] },
    ),
  ],
  [
    'limits without clients',
    /no clients are listed.*`clients`/s,
    make('rest', { auth: jwt, perClientRateLimit: limit(ClientKey.claim('sub')) }),
  ],
  [
    'keys in a header of their own',
    /"x-mine".*only from "x-api-key"/s,
    make('rest', {}, { auth: Auth.apiKey({ secret: 'keys', header: 'x-mine' }) }, { clients: ['a'] }),
  ],
  ['a cache of two hours', /7200 s.*3600/s, make('rest', {}, { cacheTtl: Duration.hours(2) })],
  ['a stage name with a dot', /"pre.prod" is not a valid stage name/, make('rest', {}, {}, { stageName: 'pre.prod' })],
  ['the default stage of HTTP APIs', /is not a valid stage name/, make('rest', {}, {}, { stageName: '$default' })],
  [
    'a path that AWS reserves in domains',
    /"\/ping" is a path that AWS reserves/,
    make('rest', {}, {}, { certificate: {} as never }, 'GET /ping'),
  ],
  [
    'a canary of nothing',
    /0 % of the requests/,
    make('rest', {}, {}, { canary: { percent: 0, stableDeployment: 'a' } }),
  ],
  ['a timeout beyond 29 s', /30000 ms.*29000 ms/s, make('rest', { timeout: Duration.seconds(30) })],
  [
    'a web ACL for an edge without a firewall',
    /no firewall.*waf: true/s,
    make('rest', {}, {}, { webAclArn: 'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/mine/1' }),
  ],
  [
    'limits by claim where Cognito verifies tokens',
    /no usage key.*Remove `userPools`/s,
    make(
      'rest',
      { auth: jwt, perClientRateLimit: limit(ClientKey.claim('sub')) },
      {},
      { clients: ['a'], userPools: [] },
    ),
  ],
  [
    'a route for OPTIONS with CORS',
    /answers OPTIONS of each path itself/,
    make('rest', { cors: { origins: ['*'] } }, {}, {}, 'OPTIONS /'),
  ],
  [
    'a timeout beyond the quota of the account',
    /61000 ms.*60000 ms.*quotas: \{ integrationTimeoutMillis/s,
    make('rest', { timeout: Duration.seconds(61) }, {}, { quotas: { integrationTimeoutMillis: 60_000 } }),
  ],
  ['a quota of nothing', /quota resources is 0/, make('rest', {}, {}, { quotas: { resources: 0 } })],
  [
    'a quota of HTTP APIs',
    /routes, which AWS does not raise for a REST API/,
    make('rest', {}, {}, { quotas: { routes: 400 } }),
  ],
  [
    'the name of a target group that AWS reserves',
    /"internal-shop" is not a valid name/,
    make('rest', {}, {}, { targetGroupName: 'internal-shop' }),
  ],
  [
    'a long name of a target group',
    /33 characters.*Shorten `targetGroupName`/s,
    make('rest', {}, {}, { targetGroupName: 'x'.repeat(33) }),
  ],
  ['a client without a name', /empty name/, make('rest', {}, {}, { clients: ['ann', ''] })],
  ['a client that is named twice', /"ann" is listed twice/, make('rest', {}, {}, { clients: ['ann', 'bob', 'ann'] })],
  [
    'a truststore without a domain',
    /`certificate`/,
    make('rest', {}, {}, { truststore: { bucket: {} as never, key: 'x' } }),
  ],
])('a REST API with %s throws', (_what, message, build) => {
  expect(build).toThrow(message);
});

describe('a REST API has one parameter below a resource', () => {
  const build =
    (...operations: string[]) =>
    () => {
      const { edge, web } = declaredForRest();
      operations.forEach(operation => edge.route(operation, web));
      return restTemplate(edge);
    };

  test.each([
    ['GET /products/{id}', 'GET /products/{name}/reviews', '{id}', '{name}'],
    ['GET /{tenant}/a', 'POST /{user}', '{tenant}', '{user}'],
    ['GET /x/{p+}', 'GET /x/{q}', '{p+}', '{q}'],
    ['GET /x/{p}', 'GET /x/{p+}', '{p}', '{p+}'],
    ['GET /a/{id}/b/{x}', 'GET /a/{id}/b/{y}/c', '{x}', '{y}'],
  ])('so %s and %s together throw', (one, other, parameter, another) => {
    expect(build(one, other)).toThrow(`"${one}" has the parameter ${parameter} where "${other}" has ${another}`);
    expect(build(other, one)).toThrow(`"${other}" has the parameter ${another} where "${one}" has ${parameter}`);
  });

  test('so the same parameter, and parameters of different resources, are taken', () => {
    expect(
      build('GET /products/{id}', 'GET /products/{id}/reviews', 'GET /shops/{name}', 'GET /products/{id}/parts/{name}'),
    ).not.toThrow();
  });
});

test.each([
  ...['~', '%20', '$', '@', '!', '&', '(', ')', ',', ';', '=', '+', "'"].map(sign => [
    `GET /a${sign}b`,
    `"a${sign}b" cannot name a resource`,
  ]),
  ['GET /a//b', 'empty segment'],
])('a REST API with %s throws', (operation, problem) => {
  expect(make('rest', {}, {}, {}, operation)).toThrow(
    new RegExp(`shop/door/${operation}.*${problem}`.replace(/[$()+{}]/g, '\\$&'), 's'),
  );
});

test.each([
  'GET /.well-known/openid-configuration',
  'POST /v1:batchGet',
  'GET /a/{b-c}',
  'GET /Orders, GET /orders',
  'GET /ping, GET /{proxy+}',
  'GET /x/{id}, GET /x/{id}/y, GET /',
  'GET /-/_/0',
])('a REST API has resources for %s', operations => {
  const { edge, web } = declaredForRest();
  operations.split(', ').forEach(operation => edge.route(operation, web));

  expect(() => restTemplate(edge, () => ({ stageName: 'pre-prod' }))).not.toThrow();
});

test('a REST API has resources whose names constructs use themselves', () => {
  const { edge, web } = declaredForRest();
  const names = ['constructor', '__proto__', 'toString', 'Resource', 'Default', 'GET', 'ANY', 'OPTIONS', 'a.b', 'a:b'];
  names.forEach(name => edge.route(`GET /${name}/x`, web));
  ['GET /', 'ANY /', 'GET /Default/Resource', 'GET /GET/GET', 'GET /constructor'].forEach(operation =>
    edge.route(operation, web),
  );

  const resources = Object.values(
    restTemplate(edge).findResources('AWS::ApiGateway::Resource') as Record<
      string,
      { Properties: { PathPart: string } }
    >,
  );
  expect(
    resources
      .map(({ Properties }) => Properties.PathPart)
      .filter(each => each !== 'x')
      .sort(),
  ).toEqual([...names, 'Resource', 'GET'].sort());
});

test('routes for preflights count among the 300 of an HTTP API', () => {
  const { edge, web } = declared({ auth: jwt, cors: { origins: ['*'] } });
  Array.from({ length: 151 }, (_, index) => edge.route(`ANY /things/${index}`, web));

  expect(() => httpTemplate(edge)).toThrow(/302 routes.*at most 300/s);
});

test('a REST API has 300 resources, a segment of a path each', () => {
  const build = (count: number) => {
    const { edge, web } = declaredForRest();
    Array.from({ length: count }, (_, index) => edge.route(`GET /things/t${index}`, web));
    return () => restTemplate(edge);
  };

  expect(build(299)).toThrow(/301 resources/);
});
