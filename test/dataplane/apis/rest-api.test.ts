import { ask, clusterOf, outcome, token } from './support';

interface Method {
  readonly on: string;
  readonly method?: string;
  readonly properties?: object;
  readonly integration?: object;
}

/** A REST API with these resources, by their paths, and methods. */
function apiOf(methods: readonly Method[], more: object = {}, api: object = {}): string {
  const paths = [
    ...new Set(
      methods.flatMap(({ on }) =>
        on
          .split('/')
          .slice(1)
          .map((_part, index, parts) => `/${parts.slice(0, index + 1).join('/')}`),
      ),
    ),
  ].filter(each => each !== '/');
  const idOf = (path: string) => `R${Buffer.from(path).toString('hex')}`;
  const referTo = (path: string) =>
    path === '' || path === '/' ? { 'Fn::GetAtt': ['Api', 'RootResourceId'] } : { Ref: idOf(path) };
  return JSON.stringify({
    Resources: {
      Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { ...api } },
      Live: {
        Type: 'AWS::ApiGateway::Stage',
        Properties: {
          RestApiId: { Ref: 'Api' },
          StageName: 'live',
          Variables: { place: 'blue.example', shop: 'north' },
        },
      },
      Link: { Type: 'AWS::ApiGatewayV2::VpcLink', Properties: {} },
      OldLink: { Type: 'AWS::ApiGateway::VpcLink', Properties: { TargetArns: [{ Ref: 'Balancer' }] } },
      Balancer: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: {} },
      Plain: {
        Type: 'AWS::ElasticLoadBalancingV2::Listener',
        Properties: {
          LoadBalancerArn: { Ref: 'Balancer' },
          Port: 80,
          DefaultActions: [{ TargetGroupArn: { Ref: 'PlainGroup' } }],
        },
      },
      Tls: {
        Type: 'AWS::ElasticLoadBalancingV2::Listener',
        Properties: {
          LoadBalancerArn: { Ref: 'Balancer' },
          Port: 443,
          DefaultActions: [{ TargetGroupArn: { Ref: 'TlsGroup' } }],
        },
      },
      PlainGroup: { Type: 'AWS::ElasticLoadBalancingV2::TargetGroup', Properties: {} },
      TlsGroup: { Type: 'AWS::ElasticLoadBalancingV2::TargetGroup', Properties: {} },
      Function: { Type: 'AWS::Lambda::Function', Properties: {} },
      Latest: { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: { Ref: 'Function' } } },
      ...Object.fromEntries(
        paths.map(path => [
          idOf(path),
          {
            Type: 'AWS::ApiGateway::Resource',
            Properties: {
              RestApiId: { Ref: 'Api' },
              ParentId: referTo(path.slice(0, path.lastIndexOf('/'))),
              PathPart: path.slice(path.lastIndexOf('/') + 1),
            },
          },
        ]),
      ),
      ...Object.fromEntries(
        methods.map(({ on, method = 'GET', properties = {}, integration = {} }, index) => [
          `Method${index}`,
          {
            Type: 'AWS::ApiGateway::Method',
            Properties: {
              RestApiId: { Ref: 'Api' },
              ResourceId: referTo(on),
              HttpMethod: method,
              AuthorizationType: 'NONE',
              Integration: {
                Type: 'HTTP_PROXY',
                IntegrationHttpMethod: 'ANY',
                ConnectionType: 'VPC_LINK',
                ConnectionId: { Ref: 'Link' },
                IntegrationTarget: { Ref: 'Balancer' },
                Uri: 'https://web.example/at',
                ...integration,
              },
              ...properties,
            },
          },
        ]),
      ),
      ...more,
    },
  });
}

const integrated = (integration: object, on = '/a/{id}') => clusterOf(apiOf([{ on, integration }]));

describe('the tree of resources is walked once', () => {
  const cluster = clusterOf(
    apiOf([
      { on: '/{proxy+}', method: 'ANY' },
      { on: '/pets' },
      { on: '/pets/{id}', method: 'GET' },
      { on: '/pets/{id}', method: 'ANY' },
      { on: '/pets/dog/{rest+}', method: 'ANY' },
      { on: '/' },
    ]),
  );

  test.each([
    ['GET', '', 'GET /'],
    ['GET', '/', 'GET /'],
    ['GET', '/pets', 'GET /pets'],
    ['GET', '/pets/7', 'GET /pets/{id}'],
    ['PUT', '/pets/7', 'ANY /pets/{id}'],
    ['GET', '/pets/dog/a/b', 'ANY /pets/dog/{rest+}'],
    ['GET', '/other/a', 'ANY /{proxy+}'],
  ])('%s %s gets %s', (method, path, name) => {
    expect(ask(cluster, `${method} https://api/live${path}`).reason).toBe(
      `The method ${name} forwards the request through the VPC link.`,
    );
  });

  test.each([
    ['POST', '/pets', 'its sibling {proxy+} is not looked at'],
    ['GET', '/pets/dog', 'a resource without methods'],
    ['GET', '/pets/7/8', 'nothing is below {id}'],
    ['POST', '/', 'the root has no such method'],
    ['GET', '/pets/', 'a parameter is not empty'],
  ])('%s %s is denied: %s', (method, path) => {
    expect(ask(cluster, `${method} https://api/live${path}`)).toMatchObject({
      status: 403,
      reason: expect.stringContaining('Missing Authentication Token') as string,
    });
  });
});

describe('the address of an integration gives', () => {
  test.each([
    [
      'through a VPC link the stage before the path',
      {},
      'GET https://web.example:443/live/at',
      'TlsGroup',
      'web.example',
    ],
    [
      'its own port',
      { Uri: 'http://web.example:8080/at' },
      'GET http://web.example:8080/live/at',
      undefined,
      undefined,
    ],
    ['plain HTTP', { Uri: 'http://web.example/at' }, 'GET http://web.example:80/live/at', 'PlainGroup', undefined],
    [
      'no stage through a link of the first kind',
      { ConnectionId: { Ref: 'OldLink' }, IntegrationTarget: undefined },
      'GET https://web.example:443/at',
      'TlsGroup',
      'web.example',
    ],
    [
      'no stage over the internet',
      { ConnectionType: undefined, ConnectionId: undefined },
      'GET https://web.example:443/at',
      undefined,
      'web.example',
    ],
    [
      'a place for parameters',
      {
        ConnectionType: 'INTERNET',
        Uri: 'https://web.example/x/{id}/y',
        RequestParameters: { 'integration.request.path.id': 'method.request.path.id' },
      },
      'GET https://web.example:443/x/7/y',
      undefined,
      'web.example',
    ],
    [
      'a place for constants',
      {
        ConnectionType: 'INTERNET',
        Uri: 'https://web.example/x/{id}',
        RequestParameters: { 'integration.request.path.id': "'one'" },
      },
      'GET https://web.example:443/x/one',
      undefined,
      'web.example',
    ],
    [
      'a place for variables of the stage',
      { ConnectionType: 'INTERNET', Uri: 'https://${stageVariables.place}' },
      'GET https://blue.example:443/',
      undefined,
      'blue.example',
    ],
    [
      'and its method',
      { IntegrationHttpMethod: 'POST' },
      'POST https://web.example:443/live/at',
      'TlsGroup',
      'web.example',
    ],
  ])('%s', (_name, integration, expected, targetGroup, serverName) => {
    const cluster = integrated(integration);
    const answer = ask(cluster, 'GET https://api/live/a/7');

    expect(outcome(cluster, 'GET https://api/live/a/7')).toBe(expected);
    expect([answer.targetGroup?.name, answer.serverName]).toEqual([targetGroup, serverName]);
  });
});

test.each([
  [{ 'integration.request.header.X-Id': 'method.request.path.id' }, { 'x-a': 'one', 'x-id': 'a b' }, 'q=1'],
  [{ 'integration.request.header.x-a': "'fixed, text'" }, { 'x-a': 'fixed, text' }, 'q=1'],
  [{ 'integration.request.header.x-a': 'context.stage' }, { 'x-a': 'live' }, 'q=1'],
  [{ 'integration.request.header.x-a': 'stageVariables.shop' }, { 'x-a': 'north' }, 'q=1'],
  [{ 'integration.request.header.x-a': 'method.request.querystring.none' }, { 'x-a': 'one' }, 'q=1'],
  [{ 'integration.request.header.x-a': 'context.authorizer.sub' }, { 'x-a': 'one' }, 'q=1'],
  [{ 'integration.request.querystring.r': 'method.request.header.X-A' }, { 'x-a': 'one' }, 'q=1&r=one'],
  [
    { 'integration.request.header.x-ip': 'context.identity.sourceIp' },
    { 'x-a': 'one', 'x-ip': '203.0.113.9', 'x-forwarded-for': '203.0.113.9' },
    'q=1',
  ],
])('the mapping %j gives the headers %j', (RequestParameters, headers, query) => {
  const { message } = ask(integrated({ RequestParameters }), 'GET https://api/live/a/a%20b?q=1', {
    headers: { 'x-a': 'one' },
    address: 'x-ip' in headers ? '203.0.113.9' : undefined,
  });

  expect(message?.headers).toEqual(headers);
  expect(message?.query).toBe(query);
});

test('each mapped parameter is a step, and those without a source are none', () => {
  const { steps } = ask(
    integrated({
      RequestParameters: {
        'integration.request.header.x-id': 'method.request.path.id',
        'integration.request.header.x-none': 'method.request.querystring.none',
        'integration.request.querystring.r': "'one'",
        'integration.request.header.x-last': 'context.stage',
      },
    }),
    'GET https://api/live/a/7',
  );

  expect(steps.filter(each => each.includes(' is set to '))).toEqual([
    'The header x-id is set to "7".',
    'The query parameter r is set to "one".',
    'The header x-last is set to "live".',
  ]);
});

test('the token of a request is in no other header', () => {
  const cluster = integrated({
    RequestParameters: { 'integration.request.header.x-other': 'method.request.header.x-in' },
  });

  expect(ask(cluster, 'GET https://api/live/a/7', token({ sub: 'ann' })).message?.headers).toEqual({});
});

test('a domain leads to a stage that the template does not declare', () => {
  const cluster = clusterOf(
    apiOf([{ on: '/a' }], {
      Domain: { Type: 'AWS::ApiGateway::DomainName', Properties: { DomainName: 'api.example' } },
      Shop: {
        Type: 'AWS::ApiGateway::BasePathMapping',
        Properties: { DomainName: { Ref: 'Domain' }, RestApiId: { Ref: 'Api' }, BasePath: 'shop', Stage: 'blue' },
      },
    }),
  );

  expect(outcome(cluster, 'GET https://api.example/shop/a')).toBe('GET https://web.example:443/blue/at');
});

test('a method of another API on the same resource does not match', () => {
  const cluster = clusterOf(
    apiOf([{ on: '/a', method: 'POST' }], {
      Other: { Type: 'AWS::ApiGateway::RestApi', Properties: {} },
      Foreign: {
        Type: 'AWS::ApiGateway::Method',
        Properties: {
          RestApiId: { Ref: 'Other' },
          ResourceId: { Ref: `R${Buffer.from('/a').toString('hex')}` },
          HttpMethod: 'GET',
          AuthorizationType: 'NONE',
          Integration: { Type: 'MOCK' },
        },
      },
    }),
  );

  expect(ask(cluster, 'GET https://api/live/a').status).toBe(403);
});

test('a requirement may be text, and a validator that checks nothing requires nothing', () => {
  const required = (ValidateRequestParameters: unknown) =>
    clusterOf(
      apiOf(
        [
          {
            on: '/a/{id}',
            properties: {
              RequestValidatorId: { Ref: 'Shape' },
              RequestParameters: {
                'method.request.header.Host': true,
                'method.request.path.id': 'true',
                'method.request.querystring.q': 'true',
                'method.request.header.x': false,
              },
            },
          },
        ],
        {
          Shape: {
            Type: 'AWS::ApiGateway::RequestValidator',
            Properties: { RestApiId: { Ref: 'Api' }, ValidateRequestParameters },
          },
        },
      ),
    );

  expect(ask(required('true'), 'GET https://api/live/a/7').reason).toContain('The request lacks querystring.q:');
  expect(ask(required(true), 'GET https://api/live/a/7?q=1').status).toBeUndefined();
  expect(ask(required(false), 'GET https://api/live/a/7').status).toBeUndefined();
});

test('a path that is encoded badly goes on as it is', () => {
  const cluster = integrated({
    RequestTemplates: {
      'application/json': '#set($context.requestOverride.path = "/$input.params().path.get(\'id\')")$input.body',
    },
  });

  expect(ask(cluster, 'GET https://api/live/a/%zz').message?.path).toBe('/%zz');
});

test('an integration that is no proxy sends only what is mapped', () => {
  const carried = { headers: { 'x-a': 'one', 'x-b': 'two' }, ...token({ iss: 'x' }) };
  const mapping = { 'integration.request.header.x-b': 'method.request.header.x-b' };

  expect(
    ask(integrated({ Type: 'HTTP', RequestParameters: mapping }), 'GET https://api/live/a/7?q=1', carried).message,
  ).toMatchObject({ headers: { 'x-b': 'two' }, query: '', token: undefined });
  expect(
    ask(
      integrated({
        Type: 'HTTP',
        RequestParameters: { 'integration.request.header.Authorization': 'method.request.header.Authorization' },
      }),
      'GET https://api/live/a/7',
      carried,
    ).message?.token,
  ).toBeDefined();
});

test('a token is replaced by what is put into its header', () => {
  const { message } = ask(
    integrated({ RequestParameters: { 'integration.request.header.Authorization': "'Basic abc'" } }),
    'GET https://api/live/a/7',
    token({ iss: 'x' }),
  );

  expect(message).toMatchObject({ token: undefined, headers: { authorization: 'Basic abc' } });
});

describe('templates', () => {
  const templated = (template: string, more: object = {}) =>
    integrated({ RequestTemplates: { 'application/json': template }, ...more });

  test.each([
    ['#set($context.requestOverride.path = "/x")\n$input.body', '/x'],
    ["#set( $context.requestOverride.path=\"/x/$input.params().path.get('id')\" )$input.json('$')", '/x/7'],
    ['{"body": $input.json(\'$\')}', '/live/at'],
  ])('%s', (template, path) => {
    expect(ask(templated(template), 'GET https://api/live/a/7').message?.path).toBe(path);
  });

  test.each([
    '#set($context.requestOverride.path = $context.path)\n$input.body',
    '#set($context.requestOverride.path = "/$input.params(\'id\')")\n$input.body',
    '#set($context.requestOverride.header.host = "x")\n$input.body',
    '#set($context.requestOverride.path = '
      + "\"/$util.urlEncode($input.params().path.get('id')).replaceAll('a', 'b')\")\n$input.body",
    '#if(true)#set($context.requestOverride.path = "/x")#end',
  ])('that override otherwise are not simulated: %s', template => {
    expect(() => ask(templated(template), 'GET https://api/live/a/7')).toThrow(
      'A template of Method0 has an override that is not simulated.',
    );
  });

  test.each([
    ['WHEN_NO_MATCH', 'GET https://web.example:443/live/at'],
    ['WHEN_NO_TEMPLATES', '415'],
    ['NEVER', '415'],
  ])('for another type of the body, with %s: %s', (PassthroughBehavior, expected) => {
    expect(
      outcome(templated('$input.body', { PassthroughBehavior }), 'GET https://api/live/a/7', {
        headers: { 'content-type': 'text/xml' },
      }),
    ).toBe(expected);
  });
});

test.each([
  [
    { RequestTemplates: { 'application/json': '{"statusCode": 200}' }, IntegrationResponses: [{ StatusCode: 201 }] },
    201,
  ],
  [
    {
      RequestTemplates: { 'application/json': '{ statusCode: 404 }' },
      IntegrationResponses: [{ StatusCode: '200' }, { StatusCode: '410', SelectionPattern: '4\\d\\d' }],
    },
    410,
  ],
  [{ RequestTemplates: { 'application/json': '{}' }, IntegrationResponses: [{ StatusCode: '200' }] }, 500],
  [{ IntegrationResponses: [] }, 500],
])('a mock responds to %j with %s', (integration, status) => {
  expect(ask(integrated({ Type: 'MOCK', ...integration }), 'GET https://api/live/a/7').status).toBe(status);
});

test.each([
  [{ Type: 'AWS_PROXY', Uri: { 'Fn::GetAtt': ['Function', 'Arn'] } }, 'the function Function'],
  [{ Type: 'AWS_PROXY', Uri: { Ref: 'Latest' } }, 'the function Function'],
  [
    { Type: 'AWS', Uri: 'arn:aws:apigateway:eu-west-1:sqs:path/1/orders' },
    'the AWS service at arn:aws:apigateway:eu-west-1:sqs:path/1/orders',
  ],
])('what goes to AWS is answered there: %j', (integration, who) => {
  expect(outcome(integrated(integration), 'GET https://api/live/a/7')).toBe(
    `The method GET /a/{id} is integrated with ${who}.`,
  );
});

test.each([
  ['MISSING_AUTHENTICATION_TOKEN', '404', '/nowhere', 404],
  ['DEFAULT_4XX', '418', '/nowhere', 418],
  ['DEFAULT_4XX', '418', '/a/7', 418],
  ['INVALID_API_KEY', '402', '/a/7', 402],
  ['UNAUTHORIZED', '402', '/a/7', 403],
])('the gateway response %s has the status %s', (ResponseType, StatusCode, path, status) => {
  const cluster = clusterOf(
    apiOf([{ on: '/a/{id}', properties: { ApiKeyRequired: true } }], {
      Response: {
        Type: 'AWS::ApiGateway::GatewayResponse',
        Properties: { RestApiId: { Ref: 'Api' }, ResponseType, StatusCode },
      },
    }),
  );

  expect(ask(cluster, `GET https://api/live${path}`).status).toBe(status);
});

describe('domains', () => {
  const mapping = (properties: object) => ({
    Type: 'AWS::ApiGateway::BasePathMapping',
    Properties: { DomainName: { Ref: 'Domain' }, RestApiId: { Ref: 'Api' }, ...properties },
  });
  const cluster = clusterOf(
    apiOf([{ on: '/a' }], {
      Domain: { Type: 'AWS::ApiGateway::DomainName', Properties: { DomainName: 'api.example' } },
      Shop: mapping({ BasePath: 'shop', Stage: { Ref: 'Live' } }),
      Bare: mapping({ BasePath: '(none)' }),
      Deep: {
        Type: 'AWS::ApiGatewayV2::ApiMapping',
        Properties: { DomainName: { Ref: 'Domain' }, ApiId: { Ref: 'Api' }, ApiMappingKey: 'shop/deep', Stage: 'live' },
      },
      Old: { Type: 'AWS::ApiGateway::Deployment', Properties: { RestApiId: { Ref: 'Api' }, StageName: 'old' } },
    }),
  );

  test.each([
    ['/shop/a', 'GET https://web.example:443/live/at'],
    ['/shop/deep/a', 'GET https://web.example:443/live/at'],
    ['/live/a', 'GET https://web.example:443/live/at'],
    ['/old/a', 'GET https://web.example:443/old/at'],
    ['/a', '403'],
  ])('lead to stages, and without one the path has it first: %s becomes %s', (path, expected) => {
    expect(outcome(cluster, `GET https://api.example${path}`)).toBe(expected);
  });
});

describe('what a template does not contain is not guessed', () => {
  const guarded = (type: string, authorizer?: object) =>
    apiOf(
      [{ on: '/a', properties: { AuthorizationType: type, AuthorizerId: { Ref: 'Guard' } } }],
      authorizer && {
        Guard: {
          Type: 'AWS::ApiGateway::Authorizer',
          Properties: {
            RestApiId: { Ref: 'Api' },
            Type: 'TOKEN',
            IdentitySource: 'method.request.header.Auth',
            ...authorizer,
          },
        },
      },
    );

  test.each([
    [
      'a function that authorizes',
      guarded('CUSTOM', { AuthorizerUri: { 'Fn::GetAtt': ['Function', 'Arn'] } }),
      'The authorizer Guard calls the function Function, whose code is not simulated.',
    ],
    [
      'an authorizer of another template',
      guarded('CUSTOM'),
      'The authorizer of the method GET /a is not in its template.',
    ],
    ['a signature', guarded('AWS_IAM'), 'an IAM signature'],
    ['a resource policy', apiOf([{ on: '/a' }], {}, { Policy: {} }), 'The API Api has a Policy'],
    ['methods of an inline OpenAPI document', apiOf([], {}, { Body: {} }), 'The API Api has a Body'],
    ['methods of an OpenAPI document', apiOf([], {}, { BodyS3Location: {} }), 'The API Api has a BodyS3Location'],
    [
      'the template of a mock',
      apiOf([
        {
          on: '/a',
          integration: { Type: 'MOCK', RequestTemplates: { 'application/json': '#if(true){"statusCode": 200}#end' } },
        },
      ]),
      'The template of the mock Method0',
    ],
    [
      'an address that is known later',
      apiOf([{ on: '/a', integration: { Uri: { 'Fn::Sub': 'https://${Host}/a' } } }]),
      'The URI "https://${Host}/a"',
    ],
    [
      'an unknown mapping',
      apiOf([{ on: '/a', integration: { RequestParameters: { 'integration.request.cookie.x': "'a'" } } }]),
      '"integration.request.cookie.x"',
    ],
    [
      'a body in a mapping',
      apiOf([
        { on: '/a', integration: { RequestParameters: { 'integration.request.header.x': 'method.request.body.id' } } },
      ]),
      'from the request body',
    ],
  ])('%s', (_name, template, message) => {
    expect(() => ask(clusterOf(template), 'GET https://api/live/a', { headers: { auth: 'x' } })).toThrow(
      expect.objectContaining({ name: 'Unsimulated', message: expect.stringContaining(message) as string }),
    );
  });

  test('a Lambda authorizer is not called without its identity sources', () => {
    expect(
      ask(
        clusterOf(guarded('CUSTOM', { AuthorizerUri: { 'Fn::GetAtt': ['Function', 'Arn'] } })),
        'GET https://api/live/a',
      ).status,
    ).toBe(401);
  });
});
