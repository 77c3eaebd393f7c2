import { Match, type Template } from 'aws-cdk-lib/assertions';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Duration } from 'cdk8s';
import { sample } from 'fast-check';
import { Auth, ClientKey, FailureMode, PerClientRateLimit, Period, RateLimit } from '../../lib';
import { declaredForRest as declared, restTemplate, refusedByTheCdk } from './support';
import { restFront } from '../support/fronts';
import { edgeOf, routes } from '../support/routes';

const jwt = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });
const perClient = (requests: number, per = Period.SECOND, client = ClientKey.claim('sub')) =>
  PerClientRateLimit.of({ client, requests, per, failureMode: FailureMode.FAIL_OPEN });

/** A variable of the token authorizer. */
function functionVariable(template: Template, name: string): Record<string, object> {
  const [handler] = Object.values(
    template.findResources('AWS::Lambda::Function', { Properties: { Handler: 'index.handler' } }),
  ) as { Properties: { Environment: { Variables: Record<string, string> } } }[];
  return JSON.parse(handler?.Properties.Environment.Variables[name] ?? '') as Record<string, object>;
}

const method = (properties: object) => ['AWS::ApiGateway::Method', Match.objectLike(properties)] as const;

test('the whole of an edge as a REST API', () => {
  const { edge, web } = declared({
    auth: jwt,
    rateLimit: RateLimit.perSecond(100),
    waf: true,
    clientCa: 'clients',
    perClientRateLimit: perClient(5),
    cors: { origins: ['https://www.shop.example'], maxAge: Duration.minutes(10) },
  });
  edge.route('GET /products/{id}', web, { auth: Auth.none(), cacheTtl: Duration.minutes(1) });
  edge.route('POST /orders', web, {
    rateLimit: RateLimit.perSecond(5),
    requestValidation: { query: ['shop'], body: { required: ['id'] } },
  });
  edge.route('ANY /static/{file+}', web, { auth: Auth.none() });

  const template = restTemplate(edge, ({ certificate, truststore }) => ({
    certificate,
    truststore,
    clients: ['ann', 'bob'],
    claimHeaders: { 'x-customer': 'sub' },
    textBodiesOnly: true,
  }));
  expect(template.toJSON()).toMatchSnapshot();
});

test('a route is a method whose integration passes every body on, by a VPC link without the stage in its path', () => {
  const { edge, web } = declared({ cors: { origins: ['https://www.shop.example'] } });
  edge.route('PUT /products/{id}/images/{file+}', web);

  const template = restTemplate(edge);
  template.hasResourceProperties('AWS::ApiGateway::RestApi', { BinaryMediaTypes: ['*/*'] });
  template.hasResourceProperties(
    ...method({
      HttpMethod: 'PUT',
      RequestParameters: { 'method.request.path.id': true, 'method.request.path.file': true },
      Integration: {
        Type: 'HTTP_PROXY',
        IntegrationHttpMethod: 'PUT',
        Uri: 'https://shop.example:443/products/{id}/images/{file}',
        ConnectionType: 'VPC_LINK',
        ConnectionId: { Ref: Match.stringLikeRegexp('RestVpcLink') },
        TimeoutInMillis: 29000,
        RequestParameters: {
          'integration.request.path.id': 'method.request.path.id',
          'integration.request.path.file': 'method.request.path.file',
        },
      },
    }),
  );
  template.resourceCountIs('AWS::ApiGatewayV2::VpcLink', 0);
  template.hasResourceProperties('AWS::ApiGateway::VpcLink', {
    Name: 'shop-door',
    TargetArns: [{ Ref: Match.stringLikeRegexp('LoadBalancer') }],
  });
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
    EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
  });
  template.hasResourceProperties('AWS::EC2::SecurityGroup', { SecurityGroupIngress: Match.absent() });
  const mocks = Object.values(
    template.findResources('AWS::ApiGateway::Method', { Properties: { Integration: { Type: 'MOCK' } } }),
  ) as { Properties: { Integration: { ContentHandling?: string } } }[];
  expect(new Set(mocks.map(each => each.Properties.Integration.ContentHandling))).toEqual(new Set(['CONVERT_TO_TEXT']));
});

test('with bodies of text only, the integration goes through a VPC link of version 2, and a template removes the stage', () => {
  const { edge, web } = declared();
  edge.route('GET /products/{id}', web);

  restTemplate(edge, () => ({ textBodiesOnly: true })).hasResourceProperties(
    ...method({
      HttpMethod: 'GET',
      AuthorizationType: 'NONE',
      ApiKeyRequired: false,
      RequestParameters: { 'method.request.path.id': true },
      Integration: Match.objectLike({
        Type: 'HTTP_PROXY',
        Uri: 'https://shop.example:443/products/{id}',
        ConnectionType: 'VPC_LINK',
        ConnectionId: Match.objectLike({ Ref: Match.stringLikeRegexp('VpcLink') }),
        IntegrationTarget: Match.objectLike({ Ref: Match.stringLikeRegexp('LoadBalancer') }),
        TimeoutInMillis: 29000,
        RequestParameters: { 'integration.request.path.id': 'method.request.path.id' },
        PassthroughBehavior: 'NEVER',
        RequestTemplates: Object.fromEntries(
          ['application/json', 'application/x-www-form-urlencoded', 'application/xml', 'text/plain', 'text/xml'].map(
            type => [
              type,
              String.raw`#set($context.requestOverride.path = "/products/`
                + String.raw`$util.urlEncode($input.params().path.get('id'))`
                + String.raw`.replace('+', '%20').replaceAll('(?<=^|/)[.]{1,2}(?=/|\z)', '%252E')")`
                + '\n$input.body',
            ],
          ),
        ),
      }),
    }),
  );
});

test('a path with a rest parameter is a greedy resource, and its slashes stay', () => {
  const { edge, web } = declared({ tlsSecret: undefined });
  edge.route('ANY /static/{file+}', web);

  const template = restTemplate(edge, () => ({ textBodiesOnly: true }));
  template.hasResourceProperties('AWS::ApiGateway::Resource', { PathPart: '{file+}' });
  template.hasResourceProperties(
    ...method({
      HttpMethod: 'ANY',
      Integration: Match.objectLike({
        Uri: 'http://shop.example:80/static/{file}',
        RequestTemplates: {
          'application/json': Match.stringLikeRegexp(
            "path\\.get\\('file'\\)\\)\\.replace\\('\\+', '%20'\\)\\.replace\\('%2F', '/'\\)",
          ),
        },
      }),
    }),
  );
});

test('what has no route is answered with 404, not with a request for a signature', () => {
  const { edge, web } = declared();
  edge.route('GET /', web);

  restTemplate(edge).hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
    ResponseType: 'MISSING_AUTHENTICATION_TOKEN',
    StatusCode: '404',
  });
});

describe('tokens', () => {
  test('are verified by a JWT authorizer for each issuer and audiences, and scopes are of the method', () => {
    const { edge, web } = declared({ auth: jwt });
    edge.route('GET /orders', web);
    edge.route('POST /orders', web, {
      auth: Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'], scopes: ['write', 'admin'] }),
    });
    edge.route('GET /partners', web, {
      auth: Auth.jwt({ issuer: 'https://partners.example/', audiences: ['b', 'a'], scopes: ['read'] }),
    });
    edge.route('GET /', web, { auth: Auth.none() });

    const template = restTemplate(edge);
    template.resourceCountIs('AWS::Lambda::Function', 0);
    const authorizers = Object.entries(template.findResources('AWS::ApiGateway::Authorizer')) as [
      string,
      { Properties: object },
    ][];
    const configured = (Issuers: object[]) => ({
      RestApiId: { Ref: 'EdgeApi65822B7B' },
      Name: expect.any(String) as string,
      Type: 'JWT',
      IdentitySource: 'method.request.header.Authorization',
      JwtConfiguration: { DefaultAlgorithms: ['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512'], Issuers },
    });
    expect(authorizers.map(([, { Properties }]) => Properties)).toEqual([
      configured([{ Issuer: 'https://login.example', Audiences: ['shop'] }]),
      configured([{ Issuer: 'https://partners.example/', Audiences: ['a', 'b'] }]),
    ]);
    const [[login] = [], [partners] = []] = authorizers;
    const protectedBy = (HttpMethod: string, AuthorizerId: unknown, AuthorizationScopes: unknown) =>
      method({ HttpMethod, AuthorizationType: 'JWT', AuthorizerId: { Ref: AuthorizerId }, AuthorizationScopes });
    template.hasResourceProperties(...protectedBy('GET', login, Match.absent()));
    template.hasResourceProperties(...protectedBy('POST', login, ['write', 'admin']));
    template.hasResourceProperties(...protectedBy('GET', partners, ['read']));
    template.hasResource('AWS::ApiGateway::Deployment', { DependsOn: Match.arrayWith([login]) });
  });

  test.each([
    [
      'keys of its own',
      { jwks: '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}' },
    ],
    ['an address of its keys', { jwksUri: 'https://login.example/keys' }],
    ['`client_id` as audience', { clientIdAsAudience: true }],
    ['an issuer with a query', { issuer: 'https://login.example?tenant=a' }],
  ])('with %s are verified by a function, and those of other routes by a JWT authorizer', (_what, token) => {
    const { edge, web } = declared({ auth: jwt });
    edge.route('GET /a', web);
    edge.route('GET /b', web, {
      auth: Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'], ...token }),
    });

    const template = restTemplate(edge);
    const demands = functionVariable(template, 'DEMANDS');
    expect(Object.keys(demands)).toEqual(['GET /b']);
    expect(demands['GET /b']).toMatchObject(token);
    template.resourcePropertiesCountIs('AWS::ApiGateway::Method', { AuthorizationType: 'CUSTOM' }, 1);
    template.resourcePropertiesCountIs('AWS::ApiGateway::Method', { AuthorizationType: 'JWT' }, 1);
  });

  test('are verified by a function that has the requirements of each route, if that is wanted', () => {
    const { edge, web } = declared({ auth: jwt });
    edge.route('GET /orders', web);
    edge.route('POST /orders', web, {
      auth: Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'], scopes: ['write'] }),
    });
    edge.route('GET /', web, { auth: Auth.none() });

    const template = restTemplate(edge, () => ({ lambdaAuthorizer: true }));
    template.hasResourceProperties('AWS::Lambda::Function', { Handler: 'index.handler', Runtime: 'nodejs24.x' });
    expect(functionVariable(template, 'DEMANDS')).toEqual({
      'GET /orders': { issuer: 'https://login.example', audiences: ['shop'] },
      'POST /orders': { issuer: 'https://login.example', audiences: ['shop'], scopes: ['write'] },
    });
    template.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'REQUEST',
      IdentitySource: 'method.request.header.Authorization,context.httpMethod,context.resourcePath',
    });
    template.resourcePropertiesCountIs('AWS::ApiGateway::Method', { AuthorizationType: 'CUSTOM' }, 2);
  });

  test('are verified by Cognito where a user pool is given', () => {
    const { edge, web } = declared({
      auth: Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'], scopes: ['write'] }),
    });
    edge.route('GET /orders', web);

    const template = restTemplate(edge, ({ stack }) => ({
      userPools: [new UserPool(stack, 'Pool')],
      claimHeaders: { 'x-customer': 'sub' },
    }));
    template.resourceCountIs('AWS::Lambda::Function', 0);
    template.hasResourceProperties(
      ...method({
        AuthorizationType: 'COGNITO_USER_POOLS',
        AuthorizationScopes: ['write'],
        Integration: Match.objectLike({
          RequestParameters: { 'integration.request.header.x-customer': 'context.authorizer.claims.sub' },
        }),
      }),
    );
  });

  test('give their claims as headers, which are emptied where there is no token', () => {
    const { edge, web } = declared();
    edge.route('GET /orders', web, { auth: jwt });
    edge.route('GET /', web);

    const template = restTemplate(edge, () => ({ claimHeaders: { 'x-customer': 'sub' } }));
    const header = (source: string) =>
      method({
        Integration: Match.objectLike({ RequestParameters: { 'integration.request.header.x-customer': source } }),
      });
    template.hasResourceProperties(...header('context.authorizer.sub'));
    template.hasResourceProperties(...header("''"));
  });
});

describe('clients', () => {
  test('that a claim identifies get their key from the authorizer, and a plan with their limit', () => {
    const { edge, web } = declared({ auth: jwt, perClientRateLimit: perClient(1000, Period.DAY) });
    edge.route('GET /orders', web, { perClientRateLimit: perClient(3) });
    edge.route('GET /open', web, { auth: Auth.none() });

    const template = restTemplate(edge, () => ({ clients: ['ann', 'bob'] }));
    template.hasResourceProperties('AWS::ApiGateway::RestApi', { ApiKeySourceType: 'AUTHORIZER' });
    template.resourceCountIs('AWS::ApiGateway::ApiKey', 2);
    template.hasResourceProperties('AWS::ApiGateway::UsagePlan', {
      Quota: { Limit: 1000, Period: 'DAY' },
      ApiStages: [Match.objectLike({ Throttle: { '/orders/GET': { RateLimit: 3, BurstLimit: 3 } } })],
    });
    template.resourcePropertiesCountIs('AWS::ApiGateway::Method', { ApiKeyRequired: true }, 1);
    const keys = Object.values(template.findResources('AWS::ApiGateway::ApiKey')).map(
      each => (each as { Properties: { Value: string } }).Properties.Value,
    );
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({ CLIENT_CLAIM: 'sub', CLIENTS: JSON.stringify({ ann: keys[0], bob: keys[1] }) }),
      },
    });
  });

  test.each(['constructor', '__proto__', 'Plan'])('may be named %s', name => {
    const { edge, web } = declared({ auth: jwt, perClientRateLimit: perClient(5) });
    edge.route('GET /orders', web);

    const template = restTemplate(edge, () => ({ clients: ['ann', name] }));
    template.hasResourceProperties('AWS::ApiGateway::ApiKey', { Name: `shop-door-${name}` });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { CLIENTS: Match.stringLikeRegexp(`"${name}":"[0-9a-f]{40}"`) } },
    });
    template.resourceCountIs('AWS::ApiGateway::UsagePlanKey', 2);
  });

  test('with API keys of their own bring them in a header', () => {
    const { edge, web } = declared({
      auth: Auth.apiKey({ secret: 'keys' }),
      perClientRateLimit: perClient(5, Period.SECOND, ClientKey.apiKey()),
    });
    edge.route('GET /orders', web);

    const template = restTemplate(edge, () => ({ clients: ['ann'] }));
    template.hasResourceProperties('AWS::ApiGateway::RestApi', { ApiKeySourceType: 'HEADER' });
    template.hasResourceProperties('AWS::ApiGateway::ApiKey', { Name: 'shop-door-ann', Value: Match.absent() });
    template.hasResourceProperties('AWS::ApiGateway::UsagePlan', { Throttle: { RateLimit: 5, BurstLimit: 5 } });
    template.hasResourceProperties(...method({ ApiKeyRequired: true, AuthorizationType: 'NONE' }));
  });
});

test(
  'throttles and caches are settings of the stage, and the cache key of a response has its parameters '
    + 'and its token',
  () => {
    const { edge, web } = declared({ rateLimit: RateLimit.perSecond(100, 150) });
    edge.route('GET /products/{id}', web, { cacheTtl: Duration.seconds(30), requestValidation: { query: ['page'] } });
    edge.route('GET /mine', web, { auth: jwt, cacheTtl: Duration.seconds(30) });
    edge.route('GET /', web, { rateLimit: RateLimit.perSecond(5) });

    const template = restTemplate(edge, () => ({ textBodiesOnly: true }));
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      CacheClusterEnabled: true,
      TracingEnabled: true,
      AccessLogSetting: Match.anyValue(),
      MethodSettings: Match.arrayWith([
        Match.objectLike({
          ResourcePath: '/*',
          HttpMethod: '*',
          ThrottlingRateLimit: 100,
          ThrottlingBurstLimit: 150,
          CachingEnabled: false,
          MetricsEnabled: true,
        }),
        Match.objectLike({
          ResourcePath: '/~1products~1{id}',
          HttpMethod: 'GET',
          CachingEnabled: true,
          CacheTtlInSeconds: 30,
        }),
        Match.objectLike({ ResourcePath: '/', HttpMethod: 'GET', ThrottlingRateLimit: 5 }),
      ]),
    });
    template.hasResourceProperties(
      ...method({
        Integration: Match.objectLike({
          CacheKeyParameters: ['method.request.path.id', 'method.request.querystring.page'],
        }),
      }),
    );
    template.hasResourceProperties(
      ...method({ Integration: Match.objectLike({ CacheKeyParameters: ['method.request.header.Authorization'] }) }),
    );
  },
);

test('request validation comes before the cluster, for any content type', () => {
  const { edge, web } = declared();
  edge.route('POST /orders', web, {
    requestValidation: { headers: ['x-shop'], body: { required: ['id'], properties: { id: { type: 'string' } } } },
  });

  const template = restTemplate(edge, () => ({ textBodiesOnly: true }));
  template.hasResourceProperties('AWS::ApiGateway::RequestValidator', {
    ValidateRequestBody: true,
    ValidateRequestParameters: true,
  });
  template.hasResourceProperties('AWS::ApiGateway::Model', {
    ContentType: 'application/json',
    Schema: {
      type: 'object',
      required: ['id'],
      properties: { id: { type: 'string' } },
      $schema: 'http://json-schema.org/draft-04/schema#',
    },
  });
  template.hasResourceProperties(
    ...method({
      RequestParameters: { 'method.request.header.x-shop': true },
      RequestModels: { $default: { Ref: Match.stringLikeRegexp('BodyPOSTorders') } },
    }),
  );
});

test('routes share the validators, and each has a model of its own', () => {
  const { edge, web } = declared();
  ['POST /a/b', 'POST /a-b', 'POST /ab'].forEach((operation, index) =>
    edge.route(operation, web, { requestValidation: { body: { required: [`f${index}`] } } }),
  );
  ['GET /a', 'GET /b'].forEach(operation => edge.route(operation, web, { requestValidation: { query: ['q'] } }));

  const template = restTemplate(edge, () => ({ textBodiesOnly: true }));
  template.resourceCountIs('AWS::ApiGateway::RequestValidator', 2);
  template.resourceCountIs('AWS::ApiGateway::Model', 3);
  template.resourcePropertiesCountIs(
    'AWS::ApiGateway::RequestValidator',
    { ValidateRequestBody: false, ValidateRequestParameters: true },
    1,
  );
});

test('a firewall stands before the stage, with the rules of AWS or with those that are there', () => {
  const withRules = declared({ waf: true });
  withRules.edge.route('GET /', withRules.web);
  const template = restTemplate(withRules.edge);
  const [acl] = Object.values(template.findResources('AWS::WAFv2::WebACL')) as {
    Properties: { Rules: { Name: string }[] };
  }[];
  expect(acl?.Properties.Rules.map(rule => rule.Name)).toEqual([
    'AWSManagedRulesAmazonIpReputationList',
    'AWSManagedRulesCommonRuleSet',
    'AWSManagedRulesKnownBadInputsRuleSet',
  ]);

  const withOwn = declared({ waf: true });
  withOwn.edge.route('GET /', withOwn.web);
  const own = restTemplate(withOwn.edge, () => ({
    webAclArn: 'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/mine/1',
  }));
  own.resourceCountIs('AWS::WAFv2::WebACL', 0);
  own.hasResourceProperties('AWS::WAFv2::WebACLAssociation', {
    WebACLArn: 'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/mine/1',
  });
});

test(
  "with a certificate the API has the edge's name alone, and requires client certificates of the " + 'truststore',
  () => {
    const { edge, web } = declared({ clientCa: 'clients' });
    edge.route('GET /', web);

    const template = restTemplate(edge, ({ certificate, truststore }) => ({ certificate, truststore }));
    template.hasResourceProperties('AWS::ApiGateway::RestApi', {
      DisableExecuteApiEndpoint: true,
      EndpointConfiguration: { Types: ['REGIONAL'] },
    });
    template.hasResourceProperties('AWS::ApiGateway::DomainName', {
      DomainName: 'shop.example',
      SecurityPolicy: 'TLS_1_2',
      MutualTlsAuthentication: { TruststoreUri: 's3://trust/clients.pem' },
    });
  },
);

test('a canary gets its share while the stable deployment keeps the rest, and is not removed', () => {
  const { edge, web } = declared();
  edge.route('GET /', web);

  const template = restTemplate(edge, () => ({ canary: { percent: 10, stableDeployment: 'abc123' } }));
  template.hasResourceProperties('AWS::ApiGateway::Stage', {
    DeploymentId: 'abc123',
    CanarySetting: { PercentTraffic: 10, DeploymentId: Match.anyValue() },
  });
  template.hasResource('AWS::ApiGateway::Deployment', { DeletionPolicy: 'Retain' });
});

test('the load balancer is internal, in the subnets that are chosen for it', () => {
  const { edge, web } = declared();
  edge.route('GET /', web);

  const template = restTemplate(edge, () => ({ loadBalancerSubnets: { subnetType: SubnetType.PUBLIC } }));
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
    Scheme: 'internal',
    Subnets: [1, 2].map(number => ({ Ref: Match.stringLikeRegexp(`PublicSubnet${number}`) })),
  });
});

test('a load balancer that is there is used as it is', () => {
  const { edge, web } = declared();
  edge.route('GET /', web);

  const template = restTemplate(edge, ({ loadBalancer }) => ({ loadBalancer }));
  template.resourceCountIs('AWS::ElasticLoadBalancingV2::LoadBalancer', 0);
  template.resourceCountIs('AWS::ElasticLoadBalancingV2::TargetGroup', 0);
  template.hasResourceProperties('AWS::ApiGateway::VpcLink', {
    TargetArns: ['arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/mine/1'],
  });
  restTemplate(edge, ({ loadBalancer }) => ({ loadBalancer, textBodiesOnly: true })).hasResourceProperties(
    ...method({
      Integration: Match.objectLike({ IntegrationTarget: Match.stringLikeRegexp('loadbalancer/net/mine') }),
    }),
  );
});

test('any routes render to a template', () => {
  sample(routes, { numRuns: 10, seed: 1 }).forEach(all => {
    restTemplate(edgeOf(all, restFront)).resourcePropertiesCountIs(
      'AWS::ApiGateway::Method',
      { AuthorizationType: 'NONE' },
      all.length,
    );
  });
});

test("the CDK's own validation accepts all of these templates", () => {
  expect(refusedByTheCdk()).toEqual([]);
});
