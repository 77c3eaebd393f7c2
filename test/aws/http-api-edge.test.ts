import { generateKeyPairSync } from 'node:crypto';
import { App, Duration as CloudDuration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Duration } from 'cdk8s';
import { sample } from 'fast-check';
import { shop as boutiqueEdge } from '../../bin/boutique';
import { Auth, RateLimit, type RouteProps } from '../../lib';
import { HttpApiEdge, type ManagedApiProps } from '../../lib/aws';
import { declared, httpTemplate, refusedByTheCdk } from './support';
import { edgeOf, routes } from '../support/routes';

const token = { issuer: 'https://login.example', audiences: ['shop'] };

function stackOf(edge: ManagedApiProps['edge'], props: Partial<ManagedApiProps> = {}): Stack {
  const stack = new Stack(new App(), 'Test');
  new HttpApiEdge(stack, 'Edge', { edge, vpc: new Vpc(stack, 'Vpc'), ...props });
  return stack;
}

function templateOf(edge: ManagedApiProps['edge'], props: Partial<ManagedApiProps> = {}): Template {
  return Template.fromStack(stackOf(edge, props));
}

test('the whole path from the API to the boutique', () => {
  expect(templateOf(boutiqueEdge).toJSON()).toMatchSnapshot();
});

test('a route of the edge is a route of the API, and there is no default route', () => {
  const { edge, web } = declared();
  edge.route('GET /product/{id}', web);
  edge.route('ANY /static/{file+}', web);

  const routes = Object.values(templateOf(edge).findResources('AWS::ApiGatewayV2::Route')).map(
    each => each.Properties.RouteKey,
  );
  expect(routes).toEqual(['GET /product/{id}', 'ANY /static/{file+}']);
});

test('a route with a token has a JWT authorizer, shared by routes that require the same', () => {
  const { edge, web } = declared();
  edge.route('GET /', web);
  edge.route('POST /a', web, { auth: Auth.jwt(token) });
  edge.route('POST /b', web, { auth: Auth.jwt(token) });
  edge.route('POST /c', web, { auth: Auth.jwt({ ...token, audiences: ['other'] }) });

  const template = templateOf(edge);
  template.resourceCountIs('AWS::ApiGatewayV2::Authorizer', 2);
  template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
    AuthorizerType: 'JWT',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Issuer: 'https://login.example', Audience: ['shop'] },
  });
  template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: 'GET /', AuthorizationType: 'NONE' });
  template.hasResourceProperties('AWS::ApiGatewayV2::Route', {
    RouteKey: 'POST /b',
    AuthorizationType: 'JWT',
    AuthorizerId: Match.anyValue(),
  });
});

test('the order of audiences and their repetition make no other authorizer', () => {
  const { edge, web } = declared();
  edge.route('POST /a', web, { auth: Auth.jwt({ ...token, audiences: ['shop', 'app'] }) });
  edge.route('POST /b', web, { auth: Auth.jwt({ ...token, audiences: ['app', 'shop', 'app'] }) });

  const template = templateOf(edge);
  template.resourceCountIs('AWS::ApiGatewayV2::Authorizer', 1);
  template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', { JwtConfiguration: { Audience: ['app', 'shop'] } });
});

test.each([
  ['keys', { jwks: JSON.stringify({ keys: [generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })] }) }],
  ['the place of keys', { jwksUri: 'https://login.example/keys' }],
])('%s given to the cluster has no effect on an HTTP API, with one warning for each issuer', (_name, keys) => {
  const { edge, web } = declared();
  ['POST /a', 'POST /b'].forEach(each => edge.route(each, web, { auth: Auth.jwt({ ...token, ...keys }) }));

  const warnings = Annotations.fromStack(stackOf(edge)).findWarning(
    '*',
    Match.stringLikeRegexp('keys of https://login.example from the'),
  );
  expect(warnings).toHaveLength(1);
});

test('an issuer whose keys are discovered is nothing to warn of', () => {
  const { edge, web } = declared();
  edge.route('POST /a', web, { auth: Auth.jwt(token) });

  Annotations.fromStack(stackOf(edge)).hasNoWarning('*', Match.anyValue());
});

test("throttles are the stage's own and those of routes, which exist before their settings", () => {
  const { edge, web } = declared({ rateLimit: RateLimit.perSecond(100, 300) });
  edge.route('GET /', web);
  edge.route('POST /orders', web, { rateLimit: RateLimit.perSecond(5) });

  templateOf(edge).hasResource('AWS::ApiGatewayV2::Stage', {
    Properties: {
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 300, DetailedMetricsEnabled: true },
      RouteSettings: {
        'POST /orders': { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 10, DetailedMetricsEnabled: true },
      },
    },
    DependsOn: Match.arrayWith([Match.stringLikeRegexp('GET'), Match.stringLikeRegexp('POST')]),
  });
});

test('without throttles the stage sets none', () => {
  const { edge, web } = declared();
  edge.route('GET /', web);

  templateOf(edge).hasResourceProperties('AWS::ApiGatewayV2::Stage', {
    RouteSettings: Match.absent(),
    DefaultRouteSettings: { ThrottlingRateLimit: Match.absent() },
  });
});

test('the access log contains client, request and outcome, and is retained for a month', () => {
  const { edge, web } = declared();
  edge.route('GET /', web);

  const template = templateOf(edge);
  template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
    AccessLogSettings: {
      Format: Match.serializedJson(Match.objectLike({ route: '$context.routeKey', status: '$context.status' })),
    },
  });
  templateOf(declared().edge, { logRetention: RetentionDays.ONE_WEEK }).hasResourceProperties('AWS::Logs::LogGroup', {
    RetentionInDays: 7,
  });
});

test('a request goes through the VPC link with the host that the gateway routes by and proves', () => {
  const { edge, web } = declared();
  edge.route('GET /', web);

  templateOf(edge).hasResourceProperties('AWS::ApiGatewayV2::Integration', {
    IntegrationType: 'HTTP_PROXY',
    ConnectionType: 'VPC_LINK',
    TimeoutInMillis: CloudDuration.seconds(29).toMilliseconds(),
    TlsConfig: { ServerNameToVerify: 'shop.example' },
    RequestParameters: { 'overwrite:header.host': 'shop.example' },
  });
});

test('routes share an integration for each timeout', () => {
  const { edge, web } = declared();
  ['GET /a', 'GET /b'].forEach(each => edge.route(each, web));
  edge.route('GET /c', web, { timeout: Duration.seconds(2) });

  const template = templateOf(edge);
  template.resourceCountIs('AWS::ApiGatewayV2::Integration', 2);
  template.hasResourceProperties('AWS::ApiGatewayV2::Integration', { TimeoutInMillis: 2000 });
});

test('an internal load balancer leads to a target group of a fixed name, whose health is that of the gateway', () => {
  const { edge, web } = declared();
  edge.route('GET /', web);

  const template = templateOf(edge);
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Type: 'network', Scheme: 'internal' });
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { Port: 443, Protocol: 'TCP' });
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
    Name: 'shop-door',
    TargetType: 'ip',
    Protocol: 'TCP',
    Port: 443,
    HealthCheckProtocol: 'HTTP',
    HealthCheckPort: '15021',
    HealthCheckPath: '/healthz/ready',
  });
});

test('an edge without a certificate is reached over plain HTTP', () => {
  const { edge, web } = declared({ tlsSecret: undefined });
  edge.route('GET /', web);

  const template = templateOf(edge);
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { Port: 80 });
  template.hasResourceProperties('AWS::ApiGatewayV2::Integration', { TlsConfig: Match.absent() });
});

test("with a certificate the API serves the edge's host only", () => {
  const { edge, web } = declared();
  edge.route('GET /', web);
  const stack = new Stack(new App(), 'Test');
  const certificate = Certificate.fromCertificateArn(
    stack,
    'Certificate',
    'arn:aws:acm:eu-west-1:111122223333:certificate/one',
  );
  new HttpApiEdge(stack, 'Edge', { edge, vpc: new Vpc(stack, 'Vpc'), certificate });

  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true });
  template.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
    DomainName: 'shop.example',
    DomainNameConfigurations: [
      {
        EndpointType: 'REGIONAL',
        SecurityPolicy: 'TLS_1_2',
        CertificateArn: Match.stringLikeRegexp('certificate/one$'),
      },
    ],
  });
  template.hasResource('AWS::ApiGatewayV2::ApiMapping', {
    Properties: { Stage: '$default', ApiMappingKey: Match.absent() },
    DependsOn: Match.arrayWith([Match.stringLikeRegexp('Stage')]),
  });
  template.hasOutput('*', { Value: 'https://shop.example' });
});

test('without a certificate the API serves the name that AWS generates', () => {
  const { edge, web } = declared();
  edge.route('GET /', web);

  const template = templateOf(edge);
  template.resourceCountIs('AWS::ApiGatewayV2::DomainName', 0);
  template.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: Match.absent() });
  template.hasOutput('*', { Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('Api'), 'ApiEndpoint'] } });
});

test('only the VPC link reaches the load balancer', () => {
  const { edge, web } = declared();
  edge.route('GET /', web);

  const ingress = templateOf(edge).findResources('AWS::EC2::SecurityGroupIngress');
  expect(
    Object.values(ingress).map(each => [
      each.Properties.FromPort,
      each.Properties.ToPort,
      each.Properties.SourceSecurityGroupId !== undefined,
    ]),
  ).toEqual([[443, 443, true]]);
});

test('a declaration after the API is created throws, since it would be lost', () => {
  const { edge, web } = declared();
  templateOf(edge);

  expect(() => edge.route('GET /late', web)).toThrow('already rendered');
});

type Add = (operation: string, props: RouteProps) => void;

describe('what an HTTP API does not support throws', () => {
  test.each([
    ['a timeout beyond 29 s', 'supports 50 to 29000 ms', (add: Add) => add('GET /', { timeout: Duration.seconds(30) })],
    ['a timeout below 50 ms', 'supports 50 to 29000 ms', (add: Add) => add('GET /', { timeout: Duration.millis(49) })],
    [
      '301 routes',
      'There are 301 routes',
      (add: Add) => Array.from({ length: 301 }, (_each, index) => add(`GET /${index}`, {})),
    ],
    [
      'eleven authorizers',
      'There are 11 sets of issuer and audiences',
      (add: Add) =>
        Array.from({ length: 11 }, (_each, index) =>
          add(`GET /${index}`, { auth: Auth.jwt({ ...token, audiences: [`a${index}`] }) }),
        ),
    ],
    [
      '51 audiences',
      'There are 51 audiences',
      (add: Add) =>
        add('GET /', {
          auth: Auth.jwt({ ...token, audiences: Array.from({ length: 51 }, (_each, index) => `a${index}`) }),
        }),
    ],
    [
      'an issuer over plain HTTP',
      'only over HTTPS',
      (add: Add) => add('GET /', { auth: Auth.jwt({ ...token, issuer: 'http://login.example' }) }),
    ],
    [
      'tokens of any audience',
      'compares audiences',
      (add: Add) => add('GET /', { auth: Auth.jwt({ issuer: token.issuer, anyAudience: true }) }),
    ],
    ['a path that ends with a slash', 'Write it as "/a".', (add: Add) => add('GET /a/', {})],
    [
      'a route with a rest beside one without',
      '"GET /{tenant}/items" and "GET /verylongprefix/{rest+}" match the same requests',
      (add: Add) => {
        add('GET /{tenant}/items', { auth: Auth.jwt(token) });
        add('GET /verylongprefix/{rest+}', {});
      },
    ],
    [
      'two routes that cross, with different throttles',
      '"ANY /{a}/x" and "GET /y/{b}" match the same requests',
      (add: Add) => {
        add('ANY /{a}/x', {});
        add('GET /y/{b}', { rateLimit: RateLimit.perSecond(1) });
      },
    ],
    [
      'two routes that cross, with different timeouts',
      'match the same requests',
      (add: Add) => {
        add('GET /{a}/x', {});
        add('GET /y/{b+}', { timeout: Duration.seconds(1) });
      },
    ],
  ])('%s', (_name, message, declare) => {
    const { edge, web } = declared();
    declare((operation, props) => edge.route(operation, web, props));

    expect(() => templateOf(edge)).toThrow(message);
  });

  test('a name too long for a target group', () => {
    const { edge } = declared({}, 'a-door-with-quite-a-long-name-indeed');
    expect(() => templateOf(edge)).toThrow('the name of a target group can have 32');
  });
});

describe('what an HTTP API supports renders', () => {
  test.each([
    ['29 s', (add: Add) => add('GET /', { timeout: Duration.seconds(29) })],
    ['50 ms', (add: Add) => add('GET /', { timeout: Duration.millis(50) })],
    [
      'routes that cross under the same terms',
      (add: Add) => {
        add('GET /{tenant}/items', {});
        add('GET /verylongprefix/{rest+}', {});
      },
    ],
    [
      'routes that cross in their paths alone',
      (add: Add) => {
        add('GET /{tenant}/items', { auth: Auth.jwt(token) });
        add('POST /verylongprefix/{rest+}', {});
      },
    ],
    [
      'a route within another',
      (add: Add) => {
        add('GET /a/{id}', { auth: Auth.jwt(token) });
        add('ANY /{rest+}', {});
      },
    ],
    ['300 routes', (add: Add) => Array.from({ length: 300 }, (_each, index) => add(`GET /${index}`, {}))],
    [
      'ten authorizers',
      (add: Add) =>
        Array.from({ length: 10 }, (_each, index) =>
          add(`GET /${index}`, { auth: Auth.jwt({ ...token, audiences: [`a${index}`] }) }),
        ),
    ],
    [
      '50 audiences',
      (add: Add) =>
        add('GET /', {
          auth: Auth.jwt({ ...token, audiences: Array.from({ length: 50 }, (_each, index) => `a${index}`) }),
        }),
    ],
    [
      'paths of one shape under two methods, or of which one has a rest',
      (add: Add) => ['GET /a/{x}', 'POST /a/{y}', 'GET /a/{z+}', 'ANY /a/{x}'].forEach(each => add(each, {})),
    ],
  ])('%s', (_name, declare) => {
    const { edge, web } = declared();
    declare((operation, props) => edge.route(operation, web, props));

    templateOf(edge).resourceCountIs('AWS::ApiGatewayV2::Route', edge.routes.length);
  });

  test('a name of 32 characters', () => {
    const { edge } = declared({}, 'd'.repeat(32 - 'shop-'.length));

    templateOf(edge).hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', { Name: edge.id });
  });
});

test('a scope is required by the route, and one authorizer serves routes with different scopes', () => {
  const { edge, web } = declared({ auth: Auth.jwt(token) });
  edge.route('GET /orders', web);
  edge.route('POST /orders', web, { auth: Auth.jwt({ ...token, scopes: ['orders:write'] }) });

  const template = templateOf(edge);
  template.resourceCountIs('AWS::ApiGatewayV2::Authorizer', 1);
  template.hasResourceProperties('AWS::ApiGatewayV2::Route', {
    RouteKey: 'POST /orders',
    AuthorizationScopes: ['orders:write'],
  });
  template.hasResourceProperties('AWS::ApiGatewayV2::Route', {
    RouteKey: 'GET /orders',
    AuthorizationScopes: Match.absent(),
  });
});

test('claims go on as headers, which are dropped where there is no token', () => {
  const { edge, web } = declared();
  edge.route('GET /orders', web, { auth: Auth.jwt(token) });
  edge.route('GET /', web);

  const template = httpTemplate(edge, () => ({ claimHeaders: { 'x-customer': 'sub' } }));
  template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
    RequestParameters: {
      'overwrite:header.host': 'shop.example',
      'overwrite:header.x-customer': '$context.authorizer.claims.sub',
    },
  });
  template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
    RequestParameters: { 'overwrite:header.host': 'shop.example', 'remove:header.x-customer': '' },
  });
});

test('a named stage is not in the path that the cluster sees', () => {
  const { edge, web } = declared();
  edge.route('GET /', web);

  const template = httpTemplate(edge, () => ({ stageName: 'live' }));
  template.hasResourceProperties('AWS::ApiGatewayV2::Stage', { StageName: 'live' });
  template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
    RequestParameters: { 'overwrite:path': '$request.path' },
  });
});

describe('preflights of routes of any method', () => {
  const cors = { origins: ['https://www.shop.example'] };
  const auth = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });
  const keysOf = (template: Template) =>
    Object.values(
      template.findResources('AWS::ApiGatewayV2::Route') as Record<
        string,
        { Properties: { RouteKey: string; AuthorizationType: string } }
      >,
    )
      .map(({ Properties }) => `${Properties.RouteKey} ${Properties.AuthorizationType}`)
      .sort();

  test('have routes without authorizer where the edge has CORS and the route requires a token', () => {
    const { edge, web } = declared({ cors });
    edge.route('ANY /{path+}', web, { auth });
    edge.route('ANY /users/{id}', web, { auth });
    edge.route('GET /orders', web, { auth });
    edge.route('ANY /open', web);

    expect(keysOf(httpTemplate(edge))).toEqual([
      'ANY /open NONE',
      'ANY /users/{id} JWT',
      'ANY /{path+} JWT',
      'GET /orders JWT',
      'OPTIONS /users/{id} NONE',
      'OPTIONS /{path+} NONE',
    ]);
  });

  test('have no other where a route for OPTIONS is declared, regardless of the names of its parameters', () => {
    const { edge, web } = declared({ cors });
    edge.route('ANY /users/{id}', web, { auth });
    edge.route('OPTIONS /users/{name}', web);

    expect(keysOf(httpTemplate(edge))).toEqual(['ANY /users/{id} JWT', 'OPTIONS /users/{name} NONE']);
  });

  test('have none without CORS', () => {
    const { edge, web } = declared();
    edge.route('ANY /users/{id}', web, { auth });

    expect(keysOf(httpTemplate(edge))).toEqual(['ANY /users/{id} JWT']);
  });

  test('carry no claims', () => {
    const { edge, web } = declared({ cors });
    edge.route('ANY /users/{id}', web, { auth });

    httpTemplate(edge, () => ({ claimHeaders: { 'x-customer': 'sub' } })).hasResourceProperties(
      'AWS::ApiGatewayV2::Integration',
      { RequestParameters: Match.objectLike({ 'remove:header.x-customer': '' }) },
    );
  });
});

test('CORS is answered by the API, for the methods that routes have', () => {
  const { edge, web } = declared({ cors: { origins: ['https://www.shop.example'], exposedHeaders: ['x-total'] } });
  edge.route('GET /', web);
  edge.route('DELETE /', web);

  templateOf(edge).hasResourceProperties('AWS::ApiGatewayV2::Api', {
    CorsConfiguration: {
      AllowOrigins: ['https://www.shop.example'],
      AllowMethods: ['GET', 'DELETE'],
      AllowHeaders: ['authorization', 'content-type'],
      ExposeHeaders: ['x-total'],
    },
  });
});

test('clients show certificates of the truststore to the domain', () => {
  const { edge, web } = declared({ clientCa: 'clients' });
  edge.route('GET /', web);

  httpTemplate(edge, ({ certificate, truststore }) => ({ certificate, truststore })).hasResourceProperties(
    'AWS::ApiGatewayV2::DomainName',
    {
      MutualTlsAuthentication: { TruststoreUri: 's3://trust/clients.pem' },
    },
  );
});

test('a load balancer that is there is used as it is', () => {
  const { edge, web } = declared();
  edge.route('GET /', web);

  const template = httpTemplate(edge, ({ loadBalancer }) => ({ loadBalancer }));
  template.resourceCountIs('AWS::ElasticLoadBalancingV2::LoadBalancer', 0);
  template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
    IntegrationUri: Match.stringLikeRegexp('listener/net/mine'),
  });
  template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', {
    DestinationSecurityGroupId: 'sg-0123456789abcdef0',
    FromPort: 443,
  });
});

test('another gateway is reached on its own ports', () => {
  const { edge, web } = declared();
  edge.route('GET /', web);

  const template = httpTemplate(edge, () => ({
    gatewayPorts: { requests: 10443, readiness: 19003, readinessPath: '/ready' },
  }));
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
    Port: 443,
    HealthCheckPort: '19003',
    HealthCheckPath: '/ready',
  });
  template.hasResourceProperties('AWS::EC2::SecurityGroup', {
    SecurityGroupEgress: Match.arrayWith([
      Match.objectLike({ FromPort: 10443 }),
      Match.objectLike({ FromPort: 19003 }),
    ]),
  });
});

test('any routes render to a template', () => {
  sample(routes, { numRuns: 10, seed: 1 }).forEach(all => {
    httpTemplate(edgeOf(all)).resourcePropertiesCountIs(
      'AWS::ApiGatewayV2::Route',
      { AuthorizationType: 'NONE' },
      all.length,
    );
  });
});

test("the CDK's own validation accepts all of these templates", () => {
  expect(refusedByTheCdk()).toEqual([]);
});

test('access tokens of Cognito, which have no audience, are a warning unless the cluster accepts them, too', () => {
  const warnings = (clientIdAsAudience?: boolean) => {
    const { edge, web } = declared();
    edge.route('GET /', web, {
      auth: Auth.jwt({
        issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a',
        audiences: ['app'],
        clientIdAsAudience,
      }),
    });
    return Annotations.fromStack(stackOf(edge)).findWarning(
      '*',
      Match.stringLikeRegexp('have `client_id` and no `aud`.*clientIdAsAudience'),
    ).length;
  };

  expect([warnings(), warnings(true)]).toEqual([1, 0]);
});
