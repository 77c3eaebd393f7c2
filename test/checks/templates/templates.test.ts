import { checkTemplate, type CloudTemplate } from '../../../lib/checks';

const HTTP = { Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } } };
const inHttp = (type: string, properties: object, api: object = HTTP): CloudTemplate => ({
  Resources: {
    ...(api as typeof HTTP),
    Mine: { Type: `AWS::ApiGatewayV2::${type}`, Properties: { ApiId: { Ref: 'Api' }, ...properties } },
  },
});
const method = (properties: object): CloudTemplate => ({
  Resources: { Mine: { Type: 'AWS::ApiGateway::Method', Properties: { HttpMethod: 'GET', ...properties } } },
});
const many = (type: string, owner: string, count: number): CloudTemplate => ({
  Resources: {
    ...HTTP,
    ...Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `R${index}`,
        { Type: type, Properties: { [owner]: { Ref: 'Api' }, RouteKey: `GET /${index}` } },
      ]),
    ),
  },
});

test.each<[string, string, string, CloudTemplate]>([
  ['a route key without a path', 'http-api-route-key', 'NOPE', inHttp('Route', { RouteKey: 'NOPE' })],
  ['a route key with two blanks', 'http-api-route-key', 'GET  /', inHttp('Route', { RouteKey: 'GET  /' })],
  ['a route key with an unknown method', 'http-api-route-key', 'FETCH /', inHttp('Route', { RouteKey: 'FETCH /' })],
  ['an integration type', 'http-api-enumeration', 'HTTP_POXY', inHttp('Integration', { IntegrationType: 'HTTP_POXY' })],
  ['a connection type', 'http-api-enumeration', 'VPCLINK', inHttp('Integration', { ConnectionType: 'VPCLINK' })],
  ['a timeout of 40 s', 'http-api-timeout', '40000 ms', inHttp('Integration', { TimeoutInMillis: 40_000 })],
  [
    'a reserved header',
    'http-api-reserved-header',
    'X-Forwarded-For',
    inHttp('Integration', { RequestParameters: { 'overwrite:header.X-Forwarded-For': 'x' } }),
  ],
  ['a stage name with a blank', 'http-api-stage-name', 'my stage', inHttp('Stage', { StageName: 'my stage' })],
  ['an API key', 'http-api-key', 'API key', inHttp('Route', { RouteKey: 'GET /', ApiKeyRequired: true })],
  [
    '11 scopes',
    'http-api-quota',
    '11 scopes',
    inHttp('Route', { RouteKey: 'GET /', AuthorizationScopes: Array.from({ length: 11 }, (_, i) => `s${i}`) }),
  ],
  [
    '51 audiences',
    'http-api-quota',
    '51 audiences',
    inHttp('Authorizer', { JwtConfiguration: { Audience: Array.from({ length: 51 }, (_, i) => `a${i}`) } }),
  ],
  ['301 routes', 'http-api-quota', '301 routes', many('AWS::ApiGatewayV2::Route', 'ApiId', 301)],
  ['301 integrations', 'http-api-quota', '301 integrations', many('AWS::ApiGatewayV2::Integration', 'ApiId', 301)],
  ['11 authorizers', 'http-api-quota', '11 authorizers', many('AWS::ApiGatewayV2::Authorizer', 'ApiId', 11)],
  [
    'a firewall before an HTTP API',
    'http-api-firewall',
    'does not support web ACLs',
    {
      Resources: {
        ...HTTP,
        Acl: {
          Type: 'AWS::WAFv2::WebACLAssociation',
          Properties: {
            ResourceArn: { 'Fn::Join': ['', ['arn:aws:apigateway:eu-west-1::/apis/', { Ref: 'Api' }, '/stages/live']] },
          },
        },
      },
    },
  ],
  ['301 resources', 'rest-api-quota', '301 resources', many('AWS::ApiGateway::Resource', 'RestApiId', 301)],
  ['a method of a REST API', 'rest-api-enumeration', 'FETCH', method({ HttpMethod: 'FETCH' })],
  ['an integration type of a REST API', 'rest-api-enumeration', 'PROXY', method({ Integration: { Type: 'PROXY' } })],
  ['a timeout of a REST API', 'rest-api-timeout', '30000 ms', method({ Integration: { TimeoutInMillis: 30_000 } })],
  [
    'a stage name of a REST API',
    'rest-api-stage-name',
    'my stage',
    { Resources: { S: { Type: 'AWS::ApiGateway::Stage', Properties: { StageName: 'my stage' } } } },
  ],
  [
    '501 resources',
    'template-resources',
    '501 resources',
    { Resources: Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`T${i}`, { Type: 'AWS::SNS::Topic' }])) },
  ],
  [
    'a name too long for a target group',
    'target-group-name',
    '33 characters',
    { Resources: { T: { Type: 'AWS::ElasticLoadBalancingV2::TargetGroup', Properties: { Name: 'a'.repeat(33) } } } },
  ],
])('%s is found', (_what, id, text, template) => {
  const findings = checkTemplate(template);

  expect(findings.map(finding => finding.id)).toEqual([id]);
  expect(findings[0]?.message).toContain(text);
});

test('quotas that AWS raises are those of the account', () => {
  const slow = method({ Integration: { TimeoutInMillis: 30_000 } });

  expect(checkTemplate(many('AWS::ApiGatewayV2::Route', 'ApiId', 301), { routes: 301 })).toEqual([]);
  expect(checkTemplate(many('AWS::ApiGateway::Resource', 'RestApiId', 301), { resources: 301 })).toEqual([]);
  expect(checkTemplate(slow, { integrationTimeoutMillis: 30_000 })).toEqual([]);
  expect(checkTemplate(slow)[0]?.fix).toContain('AWS raises this quota on request');
});

test('quotas that AWS does not raise remain', () => {
  const slow = inHttp('Integration', { TimeoutInMillis: 40_000 });

  expect(checkTemplate(slow, { integrationTimeoutMillis: 60_000 })).toHaveLength(1);
  expect(checkTemplate(slow)[0]?.fix).not.toContain('AWS raises');
});

test('valid templates have no finding, nor have values that only a deployment has', () => {
  const template = {
    Resources: {
      ...HTTP,
      Socket: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'WEBSOCKET' } },
      Connect: { Type: 'AWS::ApiGatewayV2::Route', Properties: { ApiId: { Ref: 'Socket' }, RouteKey: '$connect' } },
      ...Object.fromEntries(
        ['GET /', 'ANY /static/{file+}', '$default', 'GET /a/{b}/c'].map((RouteKey, i) => [
          `R${i}`,
          { Type: 'AWS::ApiGatewayV2::Route', Properties: { ApiId: { Ref: 'Api' }, RouteKey } },
        ]),
      ),
      Integration: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: {
          ApiId: { Ref: 'Api' },
          IntegrationType: 'HTTP_PROXY',
          ConnectionType: 'VPC_LINK',
          TimeoutInMillis: 30_000,
          RequestParameters: { 'overwrite:header.host': 'a.example', 'overwrite:path': '$request.path' },
        },
      },
      Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'Api' }, StageName: { Ref: 'Name' } } },
      Method: {
        Type: 'AWS::ApiGateway::Method',
        Properties: { HttpMethod: 'GET', Integration: { Type: 'MOCK', TimeoutInMillis: { Ref: 'Timeout' } } },
      },
    },
  };

  expect(checkTemplate(template)).toEqual([]);
  expect(checkTemplate({})).toEqual([]);
});
