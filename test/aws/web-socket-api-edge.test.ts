import { App, Duration as CloudDuration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { type IWebSocketRouteAuthorizer, WebSocketNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketIamAuthorizer, WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Duration } from 'cdk8s';
import {
  Auth,
  ClientKey,
  type EdgeProps,
  FailureMode,
  PerClientRateLimit,
  Period,
  RateLimit,
  type RouteProps,
} from '../../lib';
import { WebSocketApiEdge, type WebSocketApiEdgeProps } from '../../lib/aws';
import { checkTemplate, type CloudTemplate } from '../../lib/checks';
import { httpFront, webSocketFront } from '../support/fronts';
import { declared, refusedByTheCdk, remember } from './support';

interface Given {
  readonly edge?: Partial<EdgeProps>;
  readonly routes?: Readonly<Record<string, RouteProps>>;
  readonly props?: (account: {
    readonly stack: Stack;
    readonly handler: LambdaFunction;
  }) => Partial<WebSocketApiEdgeProps>;
}

const keys = { $connect: 'POST /connect', $disconnect: 'POST /disconnect', $default: 'POST /messages' };
const operations = { 'POST /connect': {}, 'POST /disconnect': {}, 'POST /messages': {} };

function build({ edge: ofEdge, routes = operations, props = () => ({}) }: Given = {}) {
  const stack = new Stack(new App(), 'Test');
  const { edge, web } = declared({ front: webSocketFront, ...ofEdge });
  Object.entries(routes).forEach(([operation, route]) => edge.route(operation, web, route));
  const handler = new LambdaFunction(stack, 'Handler', {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({ statusCode: 200 })'),
  });
  const api = new WebSocketApiEdge(stack, 'Edge', {
    edge,
    vpc: new Vpc(stack, 'Vpc'),
    routes: keys,
    authorizer: new WebSocketLambdaAuthorizer('Clients', handler),
    ...props({ stack, handler }),
  });
  return { stack, api };
}

function templateOf(given?: Given): Template {
  const { stack } = build(given);
  const template = Template.fromStack(stack);
  expect(checkTemplate(template.toJSON() as CloudTemplate)).toEqual([]);
  remember(stack);
  return template;
}

const open = (): IWebSocketRouteAuthorizer => new WebSocketNoneAuthorizer();

test('each event and message is a request to a route of the edge, by a VPC link of version 1', () => {
  const template = templateOf({ routes: { ...operations, 'POST /messages': { timeout: Duration.seconds(3) } } });

  template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
    ProtocolType: 'WEBSOCKET',
    RouteSelectionExpression: '$request.body.action',
  });
  template.resourceCountIs('AWS::ApiGatewayV2::Route', 3);
  template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
    IntegrationType: 'HTTP_PROXY',
    IntegrationMethod: 'POST',
    IntegrationUri: 'https://shop.example:443/messages',
    TimeoutInMillis: 3000,
    ConnectionType: 'VPC_LINK',
    ConnectionId: { Ref: Match.stringLikeRegexp('VpcLink') },
    RequestParameters: { 'integration.request.header.x-connection-id': 'context.connectionId' },
  });
  template.resourceCountIs('AWS::ApiGateway::VpcLink', 1);
  template.resourceCountIs('AWS::ApiGatewayV2::VpcLink', 0);
});

test('without TLS the API connects with plain HTTP', () => {
  templateOf({ edge: { tlsSecret: undefined } }).hasResourceProperties('AWS::ApiGatewayV2::Integration', {
    IntegrationUri: 'http://shop.example:80/connect',
  });
});

test('clients are verified when they connect, and by no other route', () => {
  const template = templateOf();

  template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', { AuthorizerType: 'REQUEST' });
  const types = Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(({ Properties }) => {
    const { RouteKey, AuthorizationType } = Properties as Record<string, string>;
    return [RouteKey, AuthorizationType];
  });
  expect(types.sort()).toEqual([
    ['$connect', 'CUSTOM'],
    ['$default', 'NONE'],
    ['$disconnect', 'NONE'],
  ]);
});

test('clients of a function are verified as well when they connect', () => {
  templateOf({
    routes: { 'POST /messages': {} },
    props: ({ handler }) => ({ routes: { $default: 'POST /messages' }, lambdaRoutes: { $connect: { handler } } }),
  }).hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: '$connect', AuthorizationType: 'CUSTOM' });
});

test.each([
  ['signatures of IAM', () => new WebSocketIamAuthorizer(), 'AWS_IAM'],
  ['nothing, if that is declared', open, 'NONE'],
])('clients may be verified by %s', (_name, authorizer, AuthorizationType) => {
  templateOf({ props: () => ({ authorizer: authorizer() }) }).hasResourceProperties('AWS::ApiGatewayV2::Route', {
    RouteKey: '$connect',
    AuthorizationType,
  });
});

test('values of the authorizer are headers of the requests to the cluster', () => {
  templateOf({ props: () => ({ authorizerHeaders: { 'x-customer': 'principalId' } }) }).hasResourceProperties(
    'AWS::ApiGatewayV2::Integration',
    { RequestParameters: { 'integration.request.header.x-customer': 'context.authorizer.principalId' } },
  );
});

test('a function may get the messages of a route key, and responses may go back to clients', () => {
  const template = templateOf({
    props: ({ handler }) => ({
      lambdaRoutes: { rename: { handler, timeout: CloudDuration.seconds(2) } },
      routeSelectionExpression: '$request.body.kind',
      returnResponses: true,
    }),
  });

  template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
    IntegrationType: 'AWS_PROXY',
    TimeoutInMillis: 2000,
  });
  template.hasResourceProperties('AWS::ApiGatewayV2::Api', { RouteSelectionExpression: '$request.body.kind' });
  const responding = Object.values(
    template.findResources('AWS::ApiGatewayV2::Route', {
      Properties: { RouteResponseSelectionExpression: '$default' },
    }),
  ).map(({ Properties }) => (Properties as { RouteKey: string }).RouteKey);
  expect(responding.sort()).toEqual(['$default', 'rename']);
});

test('the stage has the rate limits of edge and routes, an access log, and a role to write it', () => {
  const template = templateOf({
    edge: { rateLimit: RateLimit.perSecond(50) },
    routes: { ...operations, 'POST /messages': { rateLimit: RateLimit.perSecond(5) } },
  });

  template.hasResource('AWS::ApiGatewayV2::Stage', {
    Properties: {
      StageName: 'prod',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 50 },
      RouteSettings: { $default: { ThrottlingRateLimit: 5 } },
      AccessLogSettings: { Format: Match.stringLikeRegexp('connectionId') },
    },
    DependsOn: Match.arrayWith([Match.stringLikeRegexp('Account')]),
  });
  template.resourceCountIs('AWS::ApiGateway::Account', 1);
});

test('with a certificate the API has the domain of the edge alone', () => {
  const template = templateOf({
    props: ({ stack }) => ({
      certificate: Certificate.fromCertificateArn(
        stack,
        'Certificate',
        'arn:aws:acm:eu-west-1:123456789012:certificate/1',
      ),
    }),
  });

  template.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true });
  template.hasResourceProperties('AWS::ApiGatewayV2::DomainName', { DomainName: 'shop.example' });
  template.resourceCountIs('AWS::ApiGatewayV2::ApiMapping', 1);
  expect(Object.values(template.findOutputs('*')).map(({ Value }) => Value as unknown)).toEqual(
    expect.arrayContaining(['wss://shop.example', 'https://shop.example']),
  );
});

test('services with the role may send messages to connections', () => {
  const { stack, api } = build();
  const role = new Role(stack, 'Service', { assumedBy: new AccountPrincipal('123456789012') });
  api.stage.grantManagementApiAccess(role);

  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: [Match.objectLike({ Action: 'execute-api:ManageConnections' })] },
  });
});

const limit = PerClientRateLimit.of({
  client: ClientKey.header('x-key'),
  requests: 5,
  per: Period.SECOND,
  failureMode: FailureMode.FAIL_OPEN,
});

test.each<[string, Given, string]>([
  ['another front', { edge: { front: httpFront } }, 'declares an HTTP API as its front'],
  ['a token', { edge: { auth: Auth.jwt({ issuer: 'https://a.example', audiences: ['a'] }) } }, 'requires a token'],
  ['an API key', { edge: { auth: Auth.apiKey({ secret: 'keys' }) } }, 'requires an API key'],
  ['CORS', { edge: { cors: { origins: ['https://a.example'] } } }, 'CORS'],
  ['client certificates', { edge: { clientCa: 'clients' } }, 'client certificates'],
  ['a firewall', { edge: { waf: true } }, 'a web application firewall'],
  ['limits of clients', { edge: { perClientRateLimit: limit } }, 'limits of clients'],
  ['a cache', { routes: { ...operations, 'GET /x': { cacheTtl: Duration.seconds(1) } } }, '`cacheTtl`'],
  [
    'request validation',
    { routes: { ...operations, 'GET /x': { requestValidation: { query: ['a'] } } } },
    '`requestValidation`',
  ],
  ['a route without a key', { routes: { ...operations, 'POST /x': {} } }, 'No route key has the operation "POST /x"'],
  ['an unknown operation', { props: () => ({ routes: { ...keys, x: 'POST /x' } }) }, 'the edge has no such route'],
  [
    'any method',
    { routes: { ...operations, 'ANY /x': {} }, props: () => ({ routes: { ...keys, x: 'ANY /x' } }) },
    'more than one method',
  ],
  [
    'a parameter',
    { routes: { ...operations, 'POST /x/{id}': {} }, props: () => ({ routes: { ...keys, x: 'POST /x/{id}' } }) },
    'more than one path',
  ],
  ['a reserved key', { props: () => ({ routes: { ...keys, $open: 'POST /connect' } }) }, '"$open" is not a route key'],
  ['an empty key', { props: () => ({ routes: { ...keys, '': 'POST /connect' } }) }, '"" is not a route key'],
  [
    'a key twice',
    { props: ({ handler }) => ({ lambdaRoutes: { $connect: { handler } } }) },
    'in `routes` and in `lambdaRoutes`',
  ],
  [
    'an authorizer without a connect route',
    { props: () => ({ routes: { a: 'POST /connect', b: 'POST /disconnect', c: 'POST /messages' } }) },
    'the authorizer would verify no client',
  ],
  [
    'headers without a Lambda authorizer',
    { props: () => ({ authorizer: open(), authorizerHeaders: { 'x-a': 'b' } }) },
    'only a Lambda authorizer returns values',
  ],
  ['a reserved header', { props: () => ({ authorizerHeaders: { authorization: 'b' } }) }, 'AWS sets the header'],
  [
    'subnets of a VPC link of version 2',
    { props: () => ({ vpcLinkSubnets: {} }) },
    'connects by a VPC link of version 1',
  ],
  ['no expression', { props: () => ({ routeSelectionExpression: 'action' }) }, 'names no field of the message'],
  ['the default stage of HTTP APIs', { props: () => ({ stageName: '$default' }) }, 'is not a valid stage name'],
  [
    'a timeout over 29 s',
    { routes: { ...operations, 'POST /messages': { timeout: Duration.seconds(30) } } },
    'supports 50 to 29000 ms',
  ],
  [
    'a timeout of a function over 29 s',
    { props: ({ handler }) => ({ lambdaRoutes: { x: { handler, timeout: CloudDuration.seconds(30) } } }) },
    'The timeout of "x" is 30000 ms',
  ],
  [
    'more than 300 routes',
    {
      props: ({ handler }) => ({
        lambdaRoutes: Object.fromEntries(Array.from({ length: 298 }, (_each, index) => [`r${index}`, { handler }])),
      }),
    },
    'There are 301 routes',
  ],
])('throws for %s', (_name, given, message) => {
  expect(() => build(given)).toThrow(message);
});

test('an open API needs no connect route', () => {
  templateOf({
    routes: { 'POST /messages': {} },
    props: () => ({ authorizer: open(), routes: { $default: 'POST /messages' } }),
  }).resourceCountIs('AWS::ApiGatewayV2::Route', 1);
});

test('the account may have more routes if it states its quota', () => {
  expect(() =>
    build({
      props: ({ handler }) => ({
        quotas: { routes: 400 },
        lambdaRoutes: Object.fromEntries(Array.from({ length: 20 }, (_each, index) => [`r${index}`, { handler }])),
      }),
    }),
  ).not.toThrow();
});

test("the CDK's own validation accepts all of these templates", () => {
  expect(refusedByTheCdk()).toEqual([]);
}, 60_000);
