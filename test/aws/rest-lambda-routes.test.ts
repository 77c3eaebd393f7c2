import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { IdentitySource, RequestAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Auth, ClientKey, type EdgeProps, FailureMode, PerClientRateLimit, Period } from '../../lib';
import { RestApiEdge, type RestApiEdgeProps, type RestLambdaRoute } from '../../lib/aws';
import { checkTemplate, type CloudTemplate } from '../../lib/checks';
import { declaredForRest } from './support';

const token = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });
const key = Auth.apiKey({ secret: 'keys' });

type Props = (handler: LambdaFunction) => Partial<RestApiEdgeProps>;

/** The template of an edge behind the API with the routes `GET /` (open) and `GET /orders/{id}` (token). */
function templateOf(props: Props, edgeProps: Partial<EdgeProps> = {}): Template {
  const stack = new Stack(new App(), 'Test');
  const handler = new LambdaFunction(stack, 'Handler', {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({ statusCode: 200 })'),
  });
  const { edge, web } = declaredForRest(edgeProps);
  edge.route('GET /', web, { auth: Auth.none() });
  edge.route('GET /orders/{id}', web, { auth: token });
  const given = props(handler);
  new RestApiEdge(stack, 'Edge', { edge, vpc: new Vpc(stack, 'Vpc'), ...given });
  const template = Template.fromStack(stack);
  expect(checkTemplate(template.toJSON() as CloudTemplate, given.quotas)).toEqual([]);
  return template;
}

const withRoute = (
  operation: string,
  route: Partial<RestLambdaRoute> = {},
  edgeProps: Partial<EdgeProps> = {},
  props: Partial<RestApiEdgeProps> = {},
) => templateOf(handler => ({ ...props, lambdaRoutes: { [operation]: { handler, ...route } } }), edgeProps);

/** The methods that invoke a function. */
const toFunction = (template: Template) =>
  Object.values(
    template.findResources('AWS::ApiGateway::Method', { Properties: { Integration: { Type: 'AWS_PROXY' } } }),
  ).map(({ Properties }) => Properties as Record<string, unknown>);

const own = (handler: LambdaFunction) =>
  new RequestAuthorizer(handler.stack, 'Own', {
    handler,
    identitySources: [IdentitySource.header('x-session')],
    resultsCacheTtl: Duration.seconds(0),
  });

test('invokes the function, with the authentication of the edge and the authorizer that other routes have', () => {
  const template = withRoute('GET /reports/{id}', { timeout: Duration.seconds(5) }, { auth: token });

  template.hasResourceProperties('AWS::ApiGateway::Method', {
    HttpMethod: 'GET',
    AuthorizationType: 'JWT',
    Integration: {
      Type: 'AWS_PROXY',
      IntegrationHttpMethod: 'POST',
      TimeoutInMillis: 5000,
      ConnectionType: Match.absent(),
    },
  });
  template.resourceCountIs('AWS::ApiGateway::Authorizer', 1);
});

test('only the deployed stage may invoke the function', () => {
  const permissions = withRoute('GET /reports', { auth: Auth.none() }).findResources('AWS::Lambda::Permission');

  expect(Object.keys(permissions)).toHaveLength(1);
  expect(JSON.stringify(permissions)).not.toContain('test-invoke-stage');
});

test('another route to a function is another deployment', () => {
  const deployments = ['GET /reports', 'GET /exports'].map(operation =>
    Object.keys(withRoute(operation).findResources('AWS::ApiGateway::Deployment')),
  );

  expect(deployments[0]).not.toEqual(deployments[1]);
});

test.each<[string, Props, Record<string, unknown>]>([
  [
    'a JWT authorizer of its own',
    handler => ({ lambdaRoutes: { 'GET /r': { handler, auth: token } } }),
    { AuthorizationType: 'JWT' },
  ],
  [
    'an own authorizer',
    handler => ({ lambdaRoutes: { 'GET /r': { handler, authorizer: own(handler) } } }),
    { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: expect.stringMatching(/^Own/) as string } },
  ],
  [
    'IAM',
    handler => ({ lambdaRoutes: { 'GET /r': { handler, auth: Auth.none() } }, iamRoutes: ['GET /r'] }),
    { AuthorizationType: 'AWS_IAM' },
  ],
  [
    'a user pool',
    handler => ({
      lambdaRoutes: { 'GET /r': { handler, auth: token } },
      userPools: [new UserPool(handler.stack, 'Pool')],
    }),
    { AuthorizationType: 'COGNITO_USER_POOLS' },
  ],
  [
    'the token function',
    handler => ({ lambdaRoutes: { 'GET /r': { handler, auth: token } }, lambdaAuthorizer: true }),
    { AuthorizationType: 'CUSTOM' },
  ],
  [
    'an API key',
    handler => ({ lambdaRoutes: { 'GET /r': { handler, auth: key } }, clients: ['mobile'] }),
    { AuthorizationType: 'NONE', ApiKeyRequired: true },
  ],
])('the API verifies requests of a function by %s', (_name, props, method) => {
  expect(toFunction(templateOf(props))).toEqual([expect.objectContaining(method)]);
});

test('the token function has what a route to a function requires', () => {
  const template = withRoute('GET /reports', { auth: token }, {}, { lambdaAuthorizer: true });

  const [demands] = Object.values(template.findResources('AWS::Lambda::Function')).flatMap(
    ({ Properties }) =>
      (Properties as { Environment?: { Variables: { DEMANDS: string } } }).Environment?.Variables.DEMANDS ?? [],
  );
  expect(Object.keys(JSON.parse(demands ?? '{}') as object)).toEqual(['GET /orders/{id}', 'GET /reports']);
});

test('requests of a function are counted by the key of the client that the authorizer returns', () => {
  const perClientRateLimit = PerClientRateLimit.of({
    client: ClientKey.claim('sub'),
    requests: 10,
    per: Period.SECOND,
    failureMode: FailureMode.FAIL_OPEN,
  });
  const template = withRoute('GET /reports', { auth: token }, { auth: token, perClientRateLimit }, { clients: ['a'] });

  expect(toFunction(template)).toEqual([expect.objectContaining({ ApiKeyRequired: true })]);
});

test('the API answers preflights of its path, with its method among those of CORS', () => {
  const template = withRoute('DELETE /reports', {}, { cors: { origins: ['https://www.shop.example'] } });

  const preflights = template.findResources('AWS::ApiGateway::Method', { Properties: { HttpMethod: 'OPTIONS' } });
  expect(Object.keys(preflights).filter(each => each.includes('reports'))).toHaveLength(1);
  expect(JSON.stringify(preflights)).toContain("'GET,DELETE'");
});

test('it may cross the path of another route, since a REST API prefers literal segments from the left', () => {
  expect(toFunction(withRoute('GET /orders/{id}/lines', { auth: token }))).toHaveLength(1);
  expect(toFunction(withRoute('GET /{any+}', { auth: token }))).toHaveLength(1);
});

test('its timeout may be as long as the raised quota of the account', () => {
  const quotas = { integrationTimeoutMillis: 60_000 };

  expect(toFunction(withRoute('GET /r', { timeout: Duration.seconds(60) }, {}, { quotas }))).toEqual([
    expect.objectContaining({ Integration: expect.objectContaining({ TimeoutInMillis: 60_000 }) as object }),
  ]);
});

const cors = { origins: ['https://www.shop.example'] };

test.each<[string, string, Partial<RestLambdaRoute>, Partial<EdgeProps>, Partial<RestApiEdgeProps>, string]>([
  ['the requests of another route', 'GET /orders/{id}', {}, {}, {}, '"GET /orders/{id}" matches the same requests'],
  ['another parameter than its sibling', 'GET /orders/{name}/x', {}, {}, {}, 'can have only one parameter below it'],
  ['a timeout over 29 s', 'GET /x', { timeout: Duration.seconds(30) }, {}, {}, 'The timeout is 30000 ms'],
  ['a timeout below 50 ms', 'GET /x', { timeout: Duration.millis(49) }, {}, {}, 'The timeout is 49 ms'],
  ['an API key without clients', 'GET /x', { auth: key }, {}, {}, 'no clients are listed'],
  ['OPTIONS with CORS', 'OPTIONS /x', {}, { cors }, {}, 'answers OPTIONS of each path itself'],
  ['requests that another route protects', 'GET /orders/{id+}', {}, {}, {}, 'which requires authentication'],
  [
    'keys in another header',
    'GET /x',
    { auth: Auth.apiKey({ secret: 'keys', header: 'x-key' }) },
    {},
    {},
    'reads them only from',
  ],
  [
    'an issuer without HTTPS',
    'GET /x',
    { auth: Auth.jwt({ issuer: 'http://a.example', audiences: ['a'] }) },
    {},
    {},
    'does not use HTTPS',
  ],
  ['a prefix', 'GET /files/*', {}, {}, {}, 'A REST API has neither prefixes'],
  ['a slash at the end', 'GET /files/', {}, {}, {}, 'A REST API has neither prefixes'],
  ['no operation', 'reports', {}, {}, {}, 'is not an operation'],
  ['a segment that AWS rejects', 'GET /a$b', {}, {}, {}, 'cannot name a resource'],
  ['a token and a signature', 'GET /x', { auth: token }, {}, { iamRoutes: ['GET /x'] }, 'it has a token'],
  ['an inherited token and a signature', 'GET /x', {}, { auth: token }, { iamRoutes: ['GET /x'] }, 'it has a token'],
  [
    'any audience',
    'GET /x',
    { auth: Auth.jwt({ issuer: 'https://a.example', anyAudience: true }) },
    {},
    {},
    'any audience',
  ],
])('throws for %s', (_name, operation, route, edgeProps, props, message) => {
  expect(() => withRoute(operation, route, edgeProps, props)).toThrow(message);
});

test('throws for an authorizer beside `auth`, or beside a signature', () => {
  const both: Props = handler => ({ lambdaRoutes: { 'GET /x': { handler, auth: token, authorizer: own(handler) } } });
  const signed: Props = handler => ({
    lambdaRoutes: { 'GET /x': { handler, authorizer: own(handler) } },
    iamRoutes: ['GET /x'],
  });

  expect(() => templateOf(both)).toThrow('both `auth` and `authorizer`');
  expect(() => templateOf(signed)).toThrow('it has an `authorizer`');
});

test('counts towards the resources and the authorizers of an API', () => {
  const paths: Props = handler => ({
    lambdaRoutes: Object.fromEntries(Array.from({ length: 298 }, (_each, index) => [`GET /r${index}`, { handler }])),
  });
  const issuers: Props = handler => ({
    lambdaRoutes: Object.fromEntries(
      Array.from({ length: 10 }, (_each, index) => [
        `GET /r${index}`,
        { handler, auth: Auth.jwt({ issuer: `https://${index}.example`, audiences: ['shop'] }) },
      ]),
    ),
  });

  expect(() => templateOf(paths)).toThrow('There are 301 resources');
  expect(() => templateOf(issuers)).toThrow('There are 11 authorizers');
});
