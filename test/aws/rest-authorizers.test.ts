import { App, Duration as CloudDuration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { IdentitySource, RequestAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Duration } from 'cdk8s';
import { Auth, ClientKey, type EdgeProps, FailureMode, PerClientRateLimit, Period, type RouteProps } from '../../lib';
import { RestApiEdge, type RestApiEdgeProps } from '../../lib/aws';
import { checkTemplate, type CloudTemplate } from '../../lib/checks';
import { declaredForRest } from './support';

const token = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'], scopes: ['read'] });

type Props = (stack: Stack, authorizer: () => RequestAuthorizer) => Partial<RestApiEdgeProps>;

/** The template of an edge behind the API with the routes `GET /open` and `GET /orders` (token). */
function templateOf(
  props: Props,
  edgeProps: Partial<EdgeProps> = {},
  route: RouteProps = {},
  further?: string,
): Template {
  const stack = new Stack(new App(), 'Test');
  const { edge, web } = declaredForRest(edgeProps);
  edge.route('GET /open', web, { auth: Auth.none(), ...route });
  edge.route('GET /orders', web, { auth: token, ...route });
  if (further) {
    edge.route(further, web);
  }
  const handler = new LambdaFunction(stack, 'Handler', {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({})'),
  });
  const authorizer = () =>
    new RequestAuthorizer(stack, 'Own', {
      handler,
      identitySources: [IdentitySource.header('x-session')],
      resultsCacheTtl: CloudDuration.seconds(0),
    });
  new RestApiEdge(stack, 'Edge', { edge, vpc: new Vpc(stack, 'Vpc'), ...props(stack, authorizer) });
  const template = Template.fromStack(stack);
  expect(checkTemplate(template.toJSON() as CloudTemplate)).toEqual([]);
  return template;
}

const methods = (template: Template) =>
  Object.values(template.findResources('AWS::ApiGateway::Method')).map(
    ({ Properties }) => Properties.AuthorizationType,
  );

test('an authorizer of a route replaces the verification of its token by the API', () => {
  const template = templateOf((_stack, authorizer) => ({ authorizers: { 'GET /orders': authorizer() } }));

  expect(methods(template).sort()).toEqual(['CUSTOM', 'NONE']);
  template.hasResourceProperties('AWS::ApiGateway::Method', {
    AuthorizationType: 'CUSTOM',
    AuthorizerId: { Ref: Match.stringLikeRegexp('Own') },
    AuthorizationScopes: Match.absent(),
  });
  template.resourceCountIs('AWS::ApiGateway::Authorizer', 1);
});

test('it protects a route without a token behind the API alone, and others keep theirs', () => {
  const template = templateOf((_stack, authorizer) => ({ authorizers: { 'GET /open': authorizer() } }));

  expect(methods(template).sort()).toEqual(['CUSTOM', 'JWT']);
});

test('it replaces a user pool, too', () => {
  const template = templateOf((stack, authorizer) => ({
    userPools: [new UserPool(stack, 'Pool')],
    authorizers: { 'GET /orders': authorizer() },
  }));

  expect(methods(template).sort()).toEqual(['CUSTOM', 'NONE']);
});

test('requests of a route are signed by IAM', () => {
  expect(methods(templateOf(() => ({ iamRoutes: ['GET /open'] }))).sort()).toEqual(['AWS_IAM', 'JWT']);
});

test('parameters beside it are encoded where bodies are text only', () => {
  const props = { iamRoutes: ['GET /open'], textBodiesOnly: true };

  expect(methods(templateOf(() => props, {}, {}, 'GET /files/{name}'))).toContain('AWS_IAM');
});

const limit = PerClientRateLimit.of({
  client: ClientKey.claim('sub'),
  requests: 10,
  per: Period.SECOND,
  failureMode: FailureMode.FAIL_OPEN,
});
const own: Props = (_stack, authorizer) => ({ authorizers: { 'GET /orders': authorizer() } });

test.each<[string, string, Props, Partial<EdgeProps>?, RouteProps?, string?]>([
  ['no route', 'no such route', () => ({ iamRoutes: ['GET /'] })],
  ['a route with a token, by IAM', 'both are sent in `Authorization`', () => ({ iamRoutes: ['GET /orders'] })],
  [
    'two authorizers',
    'in `authorizers` and in `iamRoutes`',
    (_stack, authorizer) => ({ authorizers: { 'GET /open': authorizer() }, iamRoutes: ['GET /open'] }),
  ],
  ['cached responses', 'would not depend on what', own, {}, { cacheTtl: Duration.seconds(5) }],
  [
    'a parameter that may lead to it',
    'may lead to "GET /open"',
    () => ({ iamRoutes: ['GET /open'] }),
    {},
    {},
    'GET /files/{name}',
  ],
  [
    'claims as headers',
    'no claims of its token',
    (stack, authorizer) => ({ ...own(stack, authorizer), claimHeaders: { 'x-customer': 'sub' } }),
  ],
  [
    'clients by claim',
    'counted by a claim',
    (stack, authorizer) => ({ ...own(stack, authorizer), clients: ['ann'] }),
    {},
    { auth: token, perClientRateLimit: limit },
  ],
])('an authorizer throws for %s', (_name, message, ...args) => {
  expect(() => templateOf(...args)).toThrow(message);
});
