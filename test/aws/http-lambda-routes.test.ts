import { App, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Auth, ClientKey, type EdgeProps, FailureMode, PerClientRateLimit, Period } from '../../lib';
import { HttpApiEdge, type HttpApiEdgeProps, type HttpLambdaRoute } from '../../lib/aws';
import { checkTemplate, type CloudTemplate } from '../../lib/checks';
import { declared } from './support';

const token = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });

/** A stack with an edge with the routes `GET /` (open) and `GET /orders/{id}` (token). */
function stackOf(
  props: (handler: LambdaFunction) => Partial<HttpApiEdgeProps>,
  edgeProps: Partial<EdgeProps> = {},
): Stack {
  const stack = new Stack(new App(), 'Test');
  const handler = new LambdaFunction(stack, 'Handler', {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => "ok"'),
  });
  const { edge, web } = declared(edgeProps);
  edge.route('GET /', web, { auth: Auth.none() });
  edge.route('GET /orders/{id}', web, { auth: token });
  new HttpApiEdge(stack, 'Edge', { edge, vpc: new Vpc(stack, 'Vpc'), ...props(handler) });
  return stack;
}

function templateOf(...args: Parameters<typeof stackOf>): Template {
  const template = Template.fromStack(stackOf(...args));
  expect(checkTemplate(template.toJSON() as CloudTemplate)).toEqual([]);
  return template;
}

const withRoute = (operation: string, route: Partial<HttpLambdaRoute> = {}, edgeProps: Partial<EdgeProps> = {}) =>
  templateOf(handler => ({ lambdaRoutes: { [operation]: { handler, ...route } } }), edgeProps);

const withAuthorizer = (
  operation: string,
  authorizer: (handler: LambdaFunction) => HttpIamAuthorizer | HttpLambdaAuthorizer | HttpNoneAuthorizer,
  edgeProps: Partial<EdgeProps> = {},
) => templateOf(handler => ({ authorizers: { [operation]: authorizer(handler) } }), edgeProps);

const own = (handler: LambdaFunction) => new HttpLambdaAuthorizer('Own', handler);
const iam = () => new HttpIamAuthorizer();

describe('a route to a function', () => {
  test('invokes it, with the authentication of the edge and the authorizer that other routes have', () => {
    const template = withRoute('GET /reports/{id}', { timeout: Duration.seconds(5) }, { auth: token });

    template.hasResourceProperties('AWS::ApiGatewayV2::Route', {
      RouteKey: 'GET /reports/{id}',
      AuthorizationType: 'JWT',
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
      TimeoutInMillis: 5000,
    });
    template.resourceCountIs('AWS::ApiGatewayV2::Authorizer', 1);
  });

  test('may have authentication of its own', () => {
    const other = Auth.jwt({ issuer: 'https://staff.example', audiences: ['reports'], scopes: ['read'] });
    const template = withRoute('GET /reports', { auth: other }, { auth: token });

    template.hasResourceProperties('AWS::ApiGatewayV2::Route', {
      RouteKey: 'GET /reports',
      AuthorizationType: 'JWT',
      AuthorizationScopes: ['read'],
    });
    template.resourceCountIs('AWS::ApiGatewayV2::Authorizer', 2);
  });

  test.each([
    ['open', { auth: Auth.none() }, 'NONE'],
    ['signed by IAM', { authorizer: new HttpIamAuthorizer() }, 'AWS_IAM'],
  ])('may be %s where the edge requires a token', (_name, route, AuthorizationType) => {
    withRoute('GET /reports', route, { auth: token }).hasResourceProperties('AWS::ApiGatewayV2::Route', {
      RouteKey: 'GET /reports',
      AuthorizationType,
      AuthorizationScopes: Match.absent(),
    });
  });

  test('may open requests that another route protects, where that is declared', () => {
    withRoute('GET /orders/all', { auth: Auth.none() }).hasResourceProperties('AWS::ApiGatewayV2::Route', {
      RouteKey: 'GET /orders/all',
      AuthorizationType: 'NONE',
    });
  });

  test('may be within a route of the cluster, and its method is one of CORS', () => {
    withRoute('DELETE /orders/all', {}, { cors: { origins: ['https://www.shop.example'] } }).hasResourceProperties(
      'AWS::ApiGatewayV2::Api',
      { CorsConfiguration: { AllowMethods: ['GET', 'DELETE'] } },
    );
  });

  test.each([
    ['the requests of another route', 'GET /orders/{name}', {}, {}, '"GET /orders/{id}" matches the same requests'],
    ['a path that crosses another', 'GET /{any}/7', {}, {}, 'neither path contains the other'],
    ['a timeout over 29 s', 'GET /x', { timeout: Duration.seconds(30) }, {}, 'The timeout is 30000 ms'],
    ['a timeout below 50 ms', 'GET /x', { timeout: Duration.millis(49) }, {}, 'The timeout is 49 ms'],
    ['an authorizer that allows all', 'GET /x', { authorizer: new HttpNoneAuthorizer() }, {}, 'allows all requests'],
    ['two proofs', 'GET /x', { auth: token, authorizer: iam() }, {}, 'both `auth` and `authorizer`'],
    ['an API key', 'GET /x', { auth: Auth.apiKey({ secret: 'keys' }) }, {}, 'an HTTP API does not verify'],
    [
      'preflights that need a token',
      'ANY /x',
      { auth: token },
      { cors: { origins: ['https://www.shop.example'] } },
      'browsers send no credentials',
    ],
    [
      'clients that only the cluster counts',
      'GET /x',
      {},
      {
        auth: token,
        perClientRateLimit: PerClientRateLimit.of({
          client: ClientKey.claim('sub'),
          requests: 10,
          per: Period.MINUTE,
          failureMode: FailureMode.FAIL_OPEN,
        }),
      },
      'does not count these',
    ],
    [
      'requests that another route protects',
      'GET /orders/all',
      {},
      {},
      '"GET /orders/{id}", which requires authentication',
    ],
    [
      'a login',
      'GET /x',
      { auth: Auth.oidc({ issuer: 'https://login.example', clientId: 'shop', clientSecret: 'login' }) },
      {},
      'requires a login, which an HTTP API does not run',
    ],
    [
      'an issuer without HTTPS',
      'GET /x',
      { auth: Auth.jwt({ issuer: 'http://a.example', audiences: ['a'] }) },
      {},
      'does not use HTTPS',
    ],
    [
      'more scopes than a route has',
      'GET /x',
      { auth: Auth.jwt({ issuer: 'https://a.example', audiences: ['a'], scopes: 'abcdefghijk'.split('') }) },
      {},
      'There are 11 scopes',
    ],
    ['a prefix', 'GET /files/*', {}, {}, 'has neither prefixes'],
    ['a slash at the end', 'GET /files/', {}, {}, 'paths that end with "/"'],
    ['no operation', 'reports', {}, {}, 'is not an operation'],
  ])('throws for %s', (_name, operation, route, edgeProps, message) => {
    expect(() => withRoute(operation, route, edgeProps)).toThrow(message);
  });

  test('throws for two of them with the same requests', () => {
    expect(() =>
      templateOf(handler => ({ lambdaRoutes: { 'GET /a/{x}': { handler }, 'GET /a/{y}': { handler } } })),
    ).toThrow('"GET /a/{x}" matches the same requests');
  });

  test('whose token has keys of its own causes a warning: the API finds them by discovery', () => {
    const auth = Auth.jwt({ issuer: 'https://a.example', audiences: ['a'], jwksUri: 'https://a.example/keys' });

    expect(
      Annotations.fromStack(stackOf(handler => ({ lambdaRoutes: { 'GET /x': { handler, auth } } }))).findWarning(
        '*',
        Match.stringLikeRegexp('jwks'),
      ),
    ).toHaveLength(1);
  });

  test('counts towards the routes of an API', () => {
    const lambdaRoutes = (handler: LambdaFunction) =>
      Object.fromEntries(Array.from({ length: 299 }, (_each, index) => [`GET /r${index}`, { handler }]));

    expect(() => templateOf(handler => ({ lambdaRoutes: lambdaRoutes(handler) }))).toThrow('There are 301 routes');
  });
});

describe('an authorizer of a route', () => {
  test('replaces the JWT authorizer of the API; the gateway in the cluster still verifies the token', () => {
    const template = withAuthorizer('GET /orders/{id}', own);

    template.hasResourceProperties('AWS::ApiGatewayV2::Route', {
      RouteKey: 'GET /orders/{id}',
      AuthorizationType: 'CUSTOM',
      AuthorizationScopes: Match.absent(),
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', { AuthorizerType: 'REQUEST' });
    template.resourceCountIs('AWS::ApiGatewayV2::Authorizer', 1);
  });

  test('may be the only protection of a route behind the API alone', () => {
    templateOf(handler => {
      const authorizer = own(handler);
      return { authorizers: { 'GET /': authorizer, 'GET /orders/{id}': authorizer } };
    }).hasResourceProperties('AWS::ApiGatewayV2::Route', {
      RouteKey: 'GET /',
      AuthorizationType: 'CUSTOM',
    });
  });

  test.each([
    ['of no route', 'GET /order/{id}', own, {}, 'the edge has no such route'],
    ['of IAM, which needs the header of the token', 'GET /orders/{id}', iam, {}, 'both are sent in `Authorization`'],
    ['beside a parameter that may lead to it', 'GET /', iam, {}, 'A parameter with dots or slashes'],
    ['that allows all', 'GET /orders/{id}', () => new HttpNoneAuthorizer(), {}, 'allows all requests'],
  ])('throws for one %s', (_name, operation, authorizer, edgeProps, message) => {
    expect(() => withAuthorizer(operation, authorizer, edgeProps)).toThrow(message);
  });

  test('throws where claims of its token would go on as headers', () => {
    expect(() =>
      templateOf(handler => ({
        authorizers: { 'GET /orders/{id}': own(handler) },
        claimHeaders: { 'x-customer': 'sub' },
      })),
    ).toThrow('no claims of its token');
  });
});
