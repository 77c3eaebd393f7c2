import { ask, clusterOf, outcome, request, token } from './support';
import { throughManagedApi } from '../../../lib/dataplane/apis';

interface Route {
  readonly key: string;
  /** Properties of the route. */
  readonly properties?: object;
  /** Properties of its integration. */
  readonly integration?: object;
}

/** An HTTP API with an integration for each route, and other resources. */
function apiOf(routes: readonly Route[], more: object = {}, api: object = {}): string {
  return JSON.stringify({
    Resources: {
      Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP', ...api } },
      Default: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'Api' }, StageName: '$default' } },
      Live: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: {
          ApiId: { Ref: 'Api' },
          StageName: 'live',
          StageVariables: { shop: 'north', place: 'blue.example' },
        },
      },
      Balancer: {
        Type: 'AWS::ElasticLoadBalancingV2::Listener',
        Properties: {
          Port: 8443,
          DefaultActions: [
            { Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: { Ref: 'Group' } }] } },
          ],
        },
      },
      Group: { Type: 'AWS::ElasticLoadBalancingV2::TargetGroup', Properties: { Name: 'web' } },
      Function: { Type: 'AWS::Lambda::Function', Properties: {} },
      Alike: { Type: 'AWS::Lambda::Function', Properties: { Environment: { Variables: { DEMANDS: '{}' } } } },
      ...Object.fromEntries(
        routes.flatMap(({ key, properties = {}, integration = {} }, index) => [
          [
            `Route${index}`,
            {
              Type: 'AWS::ApiGatewayV2::Route',
              Properties: {
                ApiId: { Ref: 'Api' },
                RouteKey: key,
                Target: { 'Fn::Sub': `integrations/\${Integration${index}}` },
                ...properties,
              },
            },
          ],
          [
            `Integration${index}`,
            {
              Type: 'AWS::ApiGatewayV2::Integration',
              Properties: {
                ApiId: { Ref: 'Api' },
                IntegrationType: 'HTTP_PROXY',
                IntegrationMethod: 'ANY',
                ConnectionType: 'VPC_LINK',
                ConnectionId: 'link',
                IntegrationUri: { Ref: 'Balancer' },
                ...integration,
              },
            },
          ],
        ]),
      ),
      ...more,
    },
  });
}

const keys = (...all: readonly string[]) => all.map(key => ({ key }));
const mapped = (parameters: object) =>
  clusterOf(apiOf([{ key: 'ANY /pets/{id}/{rest+}', integration: { RequestParameters: parameters } }]));

describe('the most specific route matches a request', () => {
  const cluster = clusterOf(
    apiOf(
      keys(
        'ANY /{proxy+}',
        'GET /pets/{proxy+}',
        'GET /pets/dog/{id}',
        'GET /pets/dog/1',
        '$default',
        'ANY /pets/cat/1',
        'GET /pets/{kind}/1',
        'GET /',
      ),
    ),
  );

  test.each([
    ['GET', '/pets/dog/1', 'GET /pets/dog/1'],
    ['GET', '/pets/dog/2', 'GET /pets/dog/{id}'],
    ['GET', '/pets/cat/1', 'ANY /pets/cat/1'],
    ['GET', '/pets/cow/1', 'GET /pets/{kind}/1'],
    ['GET', '/pets/cow/2', 'GET /pets/{proxy+}'],
    ['POST', '/pets/dog/1', 'ANY /{proxy+}'],
    ['POST', '/test/5', 'ANY /{proxy+}'],
    ['GET', '/', 'GET /'],
    ['POST', '/', '$default'],
    ['GET', '/Pets/dog/1', 'ANY /{proxy+}'],
  ])('%s %s gets %s', (method, path, key) => {
    expect(ask(cluster, `${method} https://api${path}`).reason).toBe(
      `The route ${key} forwards the request through the VPC link.`,
    );
  });

  test('and a method goes before ANY on the same path', () => {
    expect(ask(clusterOf(apiOf(keys('ANY /a/{x}', 'GET /a/{x}'))), 'GET https://api/a/1').reason).toContain(
      'GET /a/{x}',
    );
    expect(ask(clusterOf(apiOf(keys('ANY /a/{x}', 'GET /a/{x}'))), 'PUT https://api/a/1').reason).toContain(
      'ANY /a/{x}',
    );
  });
});

test.each([
  ['https://api/a', 'http://api:8443/a'],
  ['https://api/live/a', 'http://api:8443/live/a'],
  ['https://api/live', '404'],
  ['https://api/other/a', '404'],
])(
  "a named stage is before the path through a VPC link, and the host is the client's: %s becomes %s",
  (url, expected) => {
    expect(outcome(clusterOf(apiOf(keys('GET /a'))), `GET ${url}`)).toBe(
      expected === '404' ? expected : `GET ${expected}`,
    );
  },
);

describe('parameters are mapped', () => {
  test.each([
    ['overwrite:path', '/fixed', 'GET http://api:8443/fixed?a=1&b=2'],
    ['overwrite:path', '$request.path', 'GET http://api:8443/pets/7/x/y?a=1&b=2'],
    ['overwrite:path', '/v1/${request.path.id}/of/${stageVariables.shop}', 'GET http://api:8443/v1/7/of/north?a=1&b=2'],
    ['overwrite:path', '$request.path.rest', 'GET http://api:8443/x/y?a=1&b=2'],
    ['overwrite:header.host', 'web.example', 'GET http://web.example:8443/live/pets/7/x/y?a=1&b=2'],
    ['overwrite:header.Host', '$context.domainName', 'GET http://api:8443/live/pets/7/x/y?a=1&b=2'],
    ['overwrite:querystring.a', '$request.path.id', 'GET http://api:8443/live/pets/7/x/y?b=2&a=7'],
    ['append:querystring.a', '3', 'GET http://api:8443/live/pets/7/x/y?b=2&a=1%2C3'],
    ['remove:querystring.a', "''", 'GET http://api:8443/live/pets/7/x/y?b=2'],
    ['overwrite:querystring.b', '$request.header.missing', 'GET http://api:8443/live/pets/7/x/y?a=1'],
  ])('%s with %s', (key, value, expected) => {
    expect(outcome(mapped({ [key]: value }), 'GET https://api/live/pets/7/x/y?a=1&b=2')).toBe(expected);
  });

  test.each([
    [{ 'append:header.X-A': 'two' }, { 'x-a': 'one,two', 'x-b': 'b' }],
    [{ 'append:header.x-c': '$request.header.X-B' }, { 'x-a': 'one', 'x-b': 'b', 'x-c': 'b' }],
    [{ 'overwrite:header.x-a': '$context.stage' }, { 'x-a': 'live', 'x-b': 'b' }],
    [{ 'overwrite:header.x-a': '$request.querystring.none' }, { 'x-b': 'b' }],
    [
      { 'append:header.x-c': '$request.header.x-b', 'remove:header.x-b': "''" },
      { 'x-a': 'one', 'x-c': 'b' },
    ],
    [{ 'overwrite:header.x-a': '$context.requestId' }, { 'x-a': '$context.requestId', 'x-b': 'b' }],
    [{ 'overwrite:header.x-a': '$stageVariables.shop' }, { 'x-a': 'north', 'x-b': 'b' }],
    [{ 'overwrite:header.x-a': '$context.routeKey' }, { 'x-a': 'ANY /pets/{id}/{rest+}', 'x-b': 'b' }],
  ])('%j', (parameters, headers) => {
    expect(
      ask(mapped(parameters), 'GET https://api/live/pets/7/x', { headers: { 'x-a': 'one', 'x-b': 'b' } }).message
        ?.headers,
    ).toEqual(headers);
  });
});

describe('an integration', () => {
  const integrated = (key: string, integration: object) => clusterOf(apiOf([{ key, integration }]));

  test('with a TLS configuration uses HTTPS, by name if it has one', () => {
    const named = ask(integrated('GET /a', { TlsConfig: { ServerNameToVerify: 'web.example' } }), 'GET https://api/a');
    expect([named.message?.scheme, named.message?.host, named.serverName]).toEqual(['https', 'api', 'web.example']);
    expect(named.targetGroup?.name).toBe('Group');
    expect(named.timeoutMs).toBe(30_000);
    expect(ask(integrated('GET /a', { TlsConfig: {} }), 'GET https://api/a')).toMatchObject({
      message: { scheme: 'https' },
      serverName: undefined,
    });
  });

  test('has a method of its own, if it is not ANY', () => {
    expect(outcome(integrated('ANY /a', { IntegrationMethod: 'POST' }), 'GET https://api/a')).toBe(
      'POST http://api:8443/a',
    );
  });

  test.each([
    ['GET /a/{id}', 'https://web.example/things/{id}', 'GET https://web.example:443/things/7'],
    ['GET /a/{rest+}', 'http://web.example:8080/{rest}', 'GET http://web.example:8080/7'],
    ['$default', 'https://web.example/base', 'GET https://web.example:443/base/a/7'],
    ['GET /a/{id}', 'https://${stageVariables.place}/x', 'GET https://blue.example:443/x'],
  ])('of %s with the address %s sends the request there', (key, uri, expected) => {
    expect(
      outcome(
        integrated(key, { ConnectionType: 'INTERNET', IntegrationUri: uri }),
        `GET https://api${expected.includes('blue') ? '/live' : ''}/a/7`,
      ),
    ).toBe(expected);
  });

  test.each([
    [{ 'Fn::GetAtt': ['Function', 'Arn'] }, 'the function Function'],
    [
      {
        'Fn::Join': [
          '',
          [
            'arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/',
            { 'Fn::GetAtt': 'Function.Arn' },
            '/invocations',
          ],
        ],
      },
      'the function Function',
    ],
    [{ 'Fn::Sub': ['${Which}/invocations', { Which: { Ref: 'Function' } }] }, 'the function Function'],
    [
      'arn:aws:lambda:eu-west-1:123456789012:function:far',
      'the AWS service at arn:aws:lambda:eu-west-1:123456789012:function:far',
    ],
  ])('with a function is answered there: %j', (uri, who) => {
    const cluster = integrated('GET /a', {
      IntegrationType: 'AWS_PROXY',
      ConnectionType: 'INTERNET',
      IntegrationUri: uri,
    });

    expect(outcome(cluster, 'GET https://api/a')).toBe(`The route GET /a is integrated with ${who}.`);
  });
});

describe('domains', () => {
  const mapping = (domain: unknown, key: string | undefined, stage: unknown, api: unknown = { Ref: 'Api' }) => ({
    Type: 'AWS::ApiGatewayV2::ApiMapping',
    Properties: { ApiId: api, DomainName: domain, Stage: stage, ApiMappingKey: key },
  });
  const cluster = clusterOf(
    apiOf(keys('GET /a', 'GET /items'), {
      Domain: { Type: 'AWS::ApiGatewayV2::DomainName', Properties: { DomainName: 'api.example' } },
      Wild: { Type: 'AWS::ApiGatewayV2::DomainName', Properties: { DomainName: '*.example' } },
      Orders: mapping({ Ref: 'Domain' }, 'orders/v1', { Ref: 'Live' }),
      Items: mapping({ Ref: 'Domain' }, 'orders/v1/items', '$default'),
      Any: mapping('*.example', undefined, '$default'),
      Elsewhere: mapping({ Ref: 'Domain' }, 'far', 'prod', 'abcdef'),
    }),
  );

  test.each([
    ['https://api.example/orders/v1/a', 'GET http://api.example:8443/live/a'],
    ['https://api.example/orders/v1/items/a', 'GET http://api.example:8443/a'],
    ['https://api.example/orders/v1', '404'],
    ['https://api.example/orders/v10/a', '403'],
    ['https://api.example/a', '403'],
    ['https://other.example/a', 'GET http://other.example:8443/a'],
  ])('lead by the longest base path: %s becomes %s', (url, expected) => {
    expect(outcome(cluster, `GET ${url}`)).toBe(expected);
  });

  test('of a wildcard have one label in its place', () => {
    expect(throughManagedApi(request('GET https://a.b.example/a'), cluster)).toBeUndefined();
    expect(throughManagedApi(request('GET https://example/a'), cluster)).toBeUndefined();
  });

  test('that lead to an API of another template are not simulated', () => {
    expect(() => ask(cluster, 'GET https://api.example/far/a')).toThrow(
      'Elsewhere maps api.example to an API that is not in its template.',
    );
  });
});

test('a JWT authorizer can read the token elsewhere, and an audience from the template is ' + 'any audience', () => {
  const authorizer = (source: string) =>
    clusterOf(
      apiOf([{ key: 'GET /a', properties: { AuthorizationType: 'JWT', AuthorizerId: { Ref: 'Jwt' } } }], {
        Jwt: {
          Type: 'AWS::ApiGatewayV2::Authorizer',
          Properties: {
            ApiId: { Ref: 'Api' },
            AuthorizerType: 'JWT',
            IdentitySource: [source],
            JwtConfiguration: {
              Issuer: { 'Fn::Sub': 'https://cognito-idp.${AWS::Region}.amazonaws.com/${Pool}' },
              Audience: [{ Ref: 'Client' }],
            },
          },
        },
      }),
    );
  const carried = token({ iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc', client_id: 'k3y' });

  expect(ask(authorizer('$request.header.Authorization'), 'GET https://api/a', carried).steps).toContain(
    'The issuer or audience of Jwt is known only after deployment and assumed to match the token.',
  );
  expect(ask(authorizer('$request.header.x-token'), 'GET https://api/a', carried).status).toBe(401);
  expect(
    ask(authorizer('$request.header.x-token'), 'GET https://api/a', { ...carried, headers: { 'x-token': 'ey…' } })
      .status,
  ).toBeUndefined();
  expect(ask(authorizer('$request.querystring.t'), 'GET https://api/a?t=ey', carried).status).toBeUndefined();
  expect(
    ask(
      authorizer('$request.header.Authorization'),
      'GET https://api/a',
      token({ iss: 'https://login.example', aud: 'x' }),
    ).status,
  ).toBe(401);
});

test('the Host header of a request is what its host is', () => {
  const cluster = mapped({
    'overwrite:header.host': 'web.example:8080',
    'overwrite:header.x-asked': '$request.header.host',
  });

  expect(ask(cluster, 'GET https://api/pets/7/x', { headers: { host: 'api' } }).message).toMatchObject({
    host: 'web.example',
    headers: { host: 'web.example:8080', 'x-asked': 'api' },
  });
  expect(ask(cluster, 'GET https://api/pets/7/x').message?.headers).toEqual({ 'x-asked': 'api' });
});

test.each([
  ['/a', 'The stage Default throttles at 5 requests per second; throttling is not simulated.'],
  ['/b', 'The stage Default throttles at 100 requests per second with a burst of 200; throttling is not simulated.'],
])('the throttle of a route goes before that of the stage: %s', (path, step) => {
  const cluster = clusterOf(
    apiOf(keys('GET /a', 'GET /b'), {
      Default: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: {
          ApiId: { Ref: 'Api' },
          StageName: '$default',
          DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
          RouteSettings: { 'GET /a': { ThrottlingRateLimit: 5 } },
        },
      },
    }),
  );

  expect(ask(cluster, `GET https://api${path}`).steps).toContain(step);
});

describe('the preflight response', () => {
  const api = (CorsConfiguration: object) => clusterOf(apiOf(keys('GET /a'), {}, { CorsConfiguration }));
  const preflight = (method: string) => ({
    headers: { origin: 'https://www.example', 'access-control-request-method': method },
  });

  test.each([
    ['GET', ['GET', 'POST'], 'is allowed to send GET'],
    ['POST', ['GET', 'POST'], 'is allowed to send POST'],
    ['DELETE', ['GET', 'POST'], 'is not allowed to send DELETE'],
    ['DELETE', ['*'], 'is allowed to send DELETE'],
    ['GET', [], 'is not allowed to send GET'],
  ])('to %s with the methods %j: %s', (method, AllowMethods, reason) => {
    const answer = ask(
      api({ AllowOrigins: ['https://www.example'], AllowMethods }),
      'OPTIONS https://api/a',
      preflight(method),
    );

    expect(answer.status).toBe(204);
    expect(answer.reason).toContain(reason);
  });

  test.each([
    [['https://other.example', 'https://www.example'], 'is allowed'],
    [['https://*'], 'is allowed'],
    [['http://*', 'https://other.example'], 'is not allowed'],
  ])('to an origin with the origins %j: %s', (AllowOrigins, reason) => {
    expect(ask(api({ AllowOrigins, AllowMethods: ['*'] }), 'OPTIONS https://api/a', preflight('GET')).reason).toContain(
      reason,
    );
  });
});

test('each mapped parameter is a step', () => {
  const { steps } = ask(
    mapped({ 'overwrite:path': '/fixed', 'overwrite:header.x-id': '$request.path.id', 'remove:querystring.q': "''" }),
    'GET https://api/pets/7/x?q=1',
  );

  expect(steps.filter(each => each.includes(' is set to ') || each.includes(' is removed'))).toEqual([
    'The query parameter q is removed.',
    'The path is set to /fixed.',
    'The header x-id is set to "7".',
  ]);
});

test('the address of the client is a variable only if it is known', () => {
  const cluster = mapped({ 'overwrite:header.x-ip': '$context.identity.sourceIp' });

  expect(ask(cluster, 'GET https://api/pets/7/x', { address: '203.0.113.9' }).message?.headers['x-ip']).toBe(
    '203.0.113.9',
  );
  expect(ask(cluster, 'GET https://api/pets/7/x').message?.headers['x-ip']).toBe('$context.identity.sourceIp');
});

test('an API of another host is none of ours', () => {
  expect(throughManagedApi(request('GET https://shop.example/'), clusterOf(apiOf(keys('GET /'))))).toBeUndefined();
  expect(throughManagedApi(request('GET https://shop.example/'), clusterOf())).toBeUndefined();
});

describe('what a template does not contain is not guessed', () => {
  const guarded = (type: string, authorizer?: object) =>
    apiOf(
      [{ key: 'GET /a', properties: { AuthorizationType: type, AuthorizerId: { Ref: 'Guard' } } }],
      authorizer && {
        Guard: { Type: 'AWS::ApiGatewayV2::Authorizer', Properties: { ApiId: { Ref: 'Api' }, ...authorizer } },
      },
    );

  test.each([
    [
      'a function that authorizes',
      guarded('CUSTOM', { AuthorizerType: 'REQUEST', AuthorizerUri: { 'Fn::GetAtt': ['Function', 'Arn'] } }),
      'the function Function, whose code is not simulated',
    ],
    [
      'a function that only has the variables of a token authorizer',
      guarded('CUSTOM', { AuthorizerUri: { 'Fn::GetAtt': ['Alike', 'Arn'] } }),
      'the function Alike, whose code',
    ],
    [
      'a function of another template',
      guarded('CUSTOM', { AuthorizerUri: 'arn:aws:lambda:eu-west-1:123456789012:function:far' }),
      'calls a function that is not in its template',
    ],
    ['an authorizer of another template', guarded('JWT'), 'The authorizer of the route GET /a is not in its template.'],
    ['a signature', guarded('AWS_IAM'), 'an IAM signature'],
    [
      'a token in an odd place',
      guarded('JWT', { IdentitySource: ['$context.x'] }),
      'The identity source "$context.x" is not simulated.',
    ],
    ['routes of an OpenAPI document', apiOf([], {}, { Body: {} }), 'has its routes in Body'],
    ['a WebSocket API', apiOf([], {}, { ProtocolType: 'WEBSOCKET' }), 'is a WebSocket API'],
    [
      'a body in a mapping',
      apiOf([{ key: 'GET /a', integration: { RequestParameters: { 'overwrite:header.x': '$request.body.id' } } }]),
      'from the request body',
    ],
    [
      'an unknown mapping',
      apiOf([{ key: 'GET /a', integration: { RequestParameters: { 'move:header.x': 'a' } } }]),
      '"move:header.x"',
    ],
    [
      'an address that is known later',
      apiOf([{ key: 'GET /a', integration: { ConnectionType: 'INTERNET', IntegrationUri: { Ref: 'Address' } } }]),
      'The URI "${Address}"',
    ],
    [
      'a missing integration',
      apiOf([{ key: 'GET /a', properties: { Target: 'integrations/abc' } }]),
      'The integration of the route GET /a is not in its template.',
    ],
  ])('%s', (_name, template, message) => {
    expect(() => ask(clusterOf(template), 'GET https://api/a')).toThrow(
      expect.objectContaining({ name: 'Unsimulated', message: expect.stringContaining(message) as string }),
    );
  });

  test('a Lambda authorizer is not called without its identity sources', () => {
    const template = guarded('CUSTOM', {
      IdentitySource: ['$request.header.Authorization'],
      AuthorizerUri: { 'Fn::GetAtt': ['Function', 'Arn'] },
    });

    expect(ask(clusterOf(template), 'GET https://api/a').status).toBe(401);
  });

  test('two templates with an API of one name', () => {
    const template = apiOf(keys('GET /a'));

    expect(() => ask(clusterOf(template, template), 'GET https://api/a')).toThrow('2 templates have an API Api.');
  });
});
