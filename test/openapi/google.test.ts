import { Duration } from 'cdk8s';
import {
  Auth,
  ClientKey,
  ClusterApp,
  type EdgeProps,
  FailureMode,
  HeaderMatch,
  Mesh,
  PerClientRateLimit,
  Period,
  type Route,
  type RouteProps,
  TopologyChart,
} from '../../lib';
import { googleApiGateway } from '../../lib/openapi';
import { azure, edgeOf, errorsOf, google, jwt, key, proxy, routes } from './support';

const limit = (
  requests: number,
  client = ClientKey.apiKey(),
  per = Period.MINUTE,
  failureMode = FailureMode.FAIL_OPEN,
) => PerClientRateLimit.of({ client, requests, per, failureMode });

const operation = (document: { readonly [field: string]: unknown }, path: string, method: string) =>
  (document.paths as Record<string, Record<string, Record<string, unknown>>>)[path]?.[method];

test('requests go to the host of the edge with their path, their token and the timeout of their route', () => {
  const document = googleApiGateway(edgeOf(routes, { front: google }));

  expect(errorsOf(document)).toEqual([]);
  expect(operation(document, '/products/{id}', 'get')).toMatchObject({
    'x-google-backend': {
      address: 'https://origin.shop.example',
      path_translation: 'APPEND_PATH_TO_ADDRESS',
      disable_auth: true,
      deadline: 1.5,
    },
  });
  expect(Object.keys(document.paths as object)).toEqual([
    '/products/{id}',
    '/static/{file=**}',
    '/files',
    '/files/{rest=**}',
  ]);
});

test('tokens are read from the header alone, for the audiences of the route', () => {
  const document = googleApiGateway(
    edgeOf(
      {
        'GET /a': { auth: jwt },
        'GET /b': { auth: jwt },
        'GET /c': {
          auth: Auth.jwt({ issuer: 'https://b.example', audiences: ['b'], jwksUri: 'https://b.example/keys' }),
        },
      },
      { front: google },
    ),
  );

  expect(document.securityDefinitions).toEqual({
    token: {
      type: 'oauth2',
      flow: 'implicit',
      authorizationUrl: '',
      'x-google-issuer': 'https://login.example',
      'x-google-audiences': 'shop,app',
      'x-google-jwt-locations': [{ header: 'Authorization', value_prefix: 'Bearer ' }],
    },
    'token-2': expect.objectContaining({ 'x-google-jwks_uri': 'https://b.example/keys' }),
  });
  expect(['/a', '/b', '/c'].map(path => operation(document, path, 'get')?.security)).toEqual([
    [{ token: [] }],
    [{ token: [] }],
    [{ 'token-2': [] }],
  ]);
});

test('client limits are quotas per minute of the project of a key', () => {
  const document = googleApiGateway(
    edgeOf(
      { 'GET /a': { auth: key }, 'GET /b': { auth: key, perClientRateLimit: limit(5) }, 'GET /c': {} },
      { front: proxy, perClientRateLimit: limit(100) },
    ),
  );

  expect(document['x-google-management']).toEqual({
    metrics: ['requests', 'requests-5'].map(name => ({ name, valueType: 'INT64', metricKind: 'DELTA' })),
    quota: {
      limits: [
        { name: 'requests-limit', metric: 'requests', unit: '1/min/{project}', values: { STANDARD: 100 } },
        { name: 'requests-5-limit', metric: 'requests-5', unit: '1/min/{project}', values: { STANDARD: 5 } },
      ],
    },
  });
  expect(operation(document, '/a', 'get')?.['x-google-quota']).toEqual({ metricCosts: { requests: 1 } });
  expect(operation(document, '/b', 'get')?.['x-google-quota']).toEqual({
    metricCosts: { requests: 1, 'requests-5': 1 },
  });
  expect(operation(document, '/c', 'get')?.['x-google-quota']).toBeUndefined();
  expect(errorsOf(document)).toEqual([]);
});

test('preflights pass without credentials to the gateway in the cluster', () => {
  const document = googleApiGateway(
    edgeOf({ 'POST /a': { auth: jwt }, 'ANY /b': { auth: jwt } }, { front: google, cors: { origins: ['*'] } }),
  );

  expect(operation(document, '/a', 'options')).toMatchObject({ operationId: 'preflight-of-post-a', security: [] });
  expect(operation(document, '/b', 'options')?.security).toEqual([]);
  expect(operation(document, '/b', 'post')?.security).toEqual([{ token: [] }]);
  expect(errorsOf(document)).toEqual([]);
});

describe('a front whose connections nothing identifies', () => {
  const chartOf = (of: RouteProps, props: Partial<EdgeProps> = {}) =>
    new TopologyChart(new ClusterApp(), 'test', {
      topology: edgeOf({ 'GET /': of }, { front: google, ...props }).topology as never,
      mesh: Mesh.istio(),
    });

  test('enforces nothing alone, so what the gateway does not support is an error', () => {
    expect(chartOf({ auth: key }).findings.map(each => each.message)).toEqual([
      "It requires API keys at the edge, which Istio's gateway behind Google's API Gateway does not support.",
    ]);
    expect(chartOf({ auth: jwt }).findings).toEqual([]);
  });

  test('has no keys of its own in the document', () => {
    expect(googleApiGateway(edgeOf({ 'GET /': { auth: key } }, { front: google })).securityDefinitions).toEqual({});
  });
});

describe('API keys are those of the route that the gateway in the cluster matches', () => {
  test.each<[string, Record<string, RouteProps>]>([
    ['a path with a slash after its parameter', { 'GET /a/{id}': {}, 'ANY /a/{rest+}': { auth: key } }],
    ['the folder of the rest of a path', { 'GET /a/{rest+}': {}, 'ANY /a/': { auth: key } }],
    ['a slash below several parameters', { 'GET /{a}/{b}': { auth: key }, 'ANY /{rest+}': {} }],
  ])('so %s throws', (_what, all) => {
    expect(() => googleApiGateway(edgeOf(all, { front: proxy }))).toThrow(/match the same requests.*\(LimitOfApi\)/s);
    expect(() => googleApiGateway(edgeOf(all, { front: google }))).not.toThrow();
  });

  test.each<[string, Record<string, RouteProps>]>([
    ['routes with the same keys', { 'GET /a/{id}': { auth: key }, 'ANY /a/{rest+}': { auth: key } }],
    ['exact paths', { 'GET /a/b': {}, 'ANY /a/{rest+}': { auth: key } }],
    ['other methods', { 'GET /a/{id}': {}, 'POST /a/{rest+}': { auth: key } }],
  ])('and %s do not', (_what, all) => {
    expect(() => googleApiGateway(edgeOf(all, { front: proxy }))).not.toThrow();
  });
});

test.each<[string, RegExp, Record<string, RouteProps>, Partial<EdgeProps>]>([
  ['plain HTTP', /plain HTTP.*tlsSecret/s, { 'GET /': {} }, { tlsSecret: undefined }],
  ['no front', /declares no front.*Front\.googleApiGateway/s, { 'GET /': {} }, { front: undefined }],
  ['another front', /declares Azure API Management.*\(WrongFront\)/s, { 'GET /': {} }, { front: azure }],
  ['a second host', /of one host only/, { 'GET /': {} }, { alternativeHosts: ['b.example'] }],
  ['a key in another header', /"x-api-key"/, { 'GET /': { auth: Auth.apiKey({ secret: 'k', header: 'x-k' }) } }, {}],
  [
    'client ids',
    /`client_id`/,
    { 'GET /': { auth: Auth.jwt({ issuer: 'https://a.example', audiences: ['a'], clientIdAsAudience: true }) } },
    {},
  ],
  [
    'an audience with a comma',
    /comma/,
    { 'GET /': { auth: Auth.jwt({ issuer: 'https://a.example', audiences: ['a,b'] }) } },
    {},
  ],
  [
    'a limit per second',
    /per second/,
    { 'GET /': { auth: key } },
    { perClientRateLimit: limit(1, ClientKey.apiKey(), Period.SECOND) },
  ],
  [
    'a limit by header',
    /by header/,
    { 'GET /': { auth: key } },
    { perClientRateLimit: limit(1, ClientKey.header('x-a')) },
  ],
  [
    'a limit that fails closed',
    /cannot be counted/,
    { 'GET /': { auth: key } },
    { perClientRateLimit: limit(1, ClientKey.apiKey(), Period.MINUTE, FailureMode.FAIL_CLOSED) },
  ],
])('%s throws', (_what, message, all, props) => {
  expect(() => googleApiGateway(edgeOf(all, { front: proxy, timeout: Duration.seconds(5), ...props }))).toThrow(
    message,
  );
});

test('redirects throw', () => {
  const edge = edgeOf({ 'GET /': {} }, { front: google });
  edge.redirect('GET /old', { path: '/' });
  expect(() => googleApiGateway(edge)).toThrow(/has redirects/);
});

describe('routes with conditions, which Google does not evaluate,', () => {
  const match = { headers: [HeaderMatch.exact('x-plan', 'free')] };
  const documentOf = (conditional: RouteProps, [operation, other]: [string, RouteProps]) => {
    const edge = edgeOf({ 'GET /a': { match, ...conditional } }, { front: proxy });
    const [{ service }] = edge.routes as [Route];
    edge.route(operation, service, other);
    return googleApiGateway(edge);
  };

  test.each<[string, RouteProps, [string, RouteProps]]>([
    ['an API key of the same operation', {}, ['GET /a', { auth: key }]],
    ['an API key of a route that matches requests without the condition', {}, ['ANY /{rest+}', { auth: key }]],
    ['a token', { auth: Auth.jwt({ issuer: 'https://a.example', audiences: ['a'] }) }, ['GET /a', {}]],
    ['a timeout', { timeout: Duration.seconds(3) }, ['GET /a', {}]],
  ])('throw where another route differs in %s', (_what, conditional, other) => {
    expect(() => documentOf(conditional, other)).toThrow(/"GET \/a \[x-plan=free\]" and ".*" match the same requests/);
  });

  test('are one operation with a route that does not differ', () => {
    expect(Object.keys(documentOf({ auth: key }, ['GET /a', { auth: key }]).paths as object)).toEqual(['/a']);
    expect(() => documentOf({}, ['GET /b', { auth: key }])).not.toThrow();
  });
});
