import { App, Aspects, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnAuthorizer, CfnMethod, CfnModel, CfnRestApi } from 'aws-cdk-lib/aws-apigateway';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Duration } from 'cdk8s';
import { Auth, type EdgeProps, RateLimit, type RouteProps } from '../../lib';
import { RestApiEdge, type RestApiEdgeProps } from '../../lib/aws';
import { declaredForRest as declared } from './support';

const jwt = (audience: string) => Auth.jwt({ issuer: 'https://login.example', audiences: [audience] });

interface Change {
  readonly edge?: Partial<EdgeProps>;
  readonly route?: RouteProps;
  readonly operations?: string[];
  readonly props?: Partial<RestApiEdgeProps>;
  readonly override?: (edge: RestApiEdge) => void;
}

function synthesize({
  edge: ofEdge,
  route = { auth: jwt('shop') },
  operations = ['GET /orders/{id}', 'POST /orders'],
  props,
  override,
}: Change = {}): Template {
  const { edge, web } = declared(ofEdge);
  operations.forEach(operation => edge.route(operation, web, route));
  const stack = new Stack(new App(), 'Test');
  const made = new RestApiEdge(stack, 'Edge', { edge, vpc: new Vpc(stack, 'Vpc'), textBodiesOnly: true, ...props });
  override?.(made);
  return Template.fromStack(stack);
}

interface Deployment {
  readonly id: string;
  readonly dependsOn: readonly string[];
}

function deploymentOf(template: Template): Deployment {
  const found = Object.entries(template.findResources('AWS::ApiGateway::Deployment')) as [
    string,
    { DependsOn: string[] },
  ][];
  const [[id, { DependsOn: dependsOn }] = ['', { DependsOn: [] }]] = found;
  expect(found).toHaveLength(1);
  return { id, dependsOn };
}

const firstMethod = (made: RestApiEdge) => made.node.findAll().find(each => each instanceof CfnMethod);
const cors = { origins: ['https://www.shop.example'] };

const before = deploymentOf(synthesize());

test('a deployment is the same for the same API, in any order of its routes', () => {
  expect(deploymentOf(synthesize()).id).toBe(before.id);
  expect(deploymentOf(synthesize({ operations: ['POST /orders', 'GET /orders/{id}'] })).id).toBe(before.id);
});

test.each<[string, Change]>([
  ['a route more', { operations: ['GET /orders/{id}', 'POST /orders', 'DELETE /orders'] }],
  ['a route less', { operations: ['GET /orders/{id}'] }],
  ['another method', { operations: ['PUT /orders/{id}', 'POST /orders'] }],
  ['another path', { operations: ['GET /orders/{id}/parts', 'POST /orders'] }],
  ['another timeout', { route: { auth: jwt('shop'), timeout: Duration.seconds(5) } }],
  ['no authentication', { route: {} }],
  ['CORS', { edge: { cors } }],
  ['a parameter that is required', { route: { auth: jwt('shop'), requestValidation: { query: ['page'] } } }],
  ['a body that is required', { route: { auth: jwt('shop'), requestValidation: { body: { required: ['id'] } } } }],
  ['bodies of every content type', { props: { textBodiesOnly: false } }],
  ['claims as headers', { props: { claimHeaders: { 'x-customer': 'sub' } } }],
  ['an integration over plain HTTP', { edge: { tlsSecret: undefined } }],
  [
    'a gateway response',
    {
      override: ({ api }) =>
        api.addGatewayResponse('Denied', { type: { responseType: 'ACCESS_DENIED' }, statusCode: '404' }),
    },
  ],
  [
    'binary media types',
    {
      override: ({ api }) => {
        (api.node.defaultChild as CfnRestApi).binaryMediaTypes = ['image/png'];
      },
    },
  ],
  [
    'an override of a method',
    { override: made => (firstMethod(made) as CfnMethod).addPropertyOverride('Integration.CacheNamespace', 'mine') },
  ],
  [
    'an override of an authorizer',
    {
      override: made =>
        made.node
          .findAll()
          .filter(each => each instanceof CfnAuthorizer)
          .forEach(each => {
            each.authorizerResultTtlInSeconds = 60;
          }),
    },
  ],
  [
    'a model that is declared elsewhere',
    {
      override: ({ api }) =>
        new CfnModel(Stack.of(api), 'Model', { restApiId: api.restApiId, contentType: 'text/plain', schema: {} }),
    },
  ],
  [
    'an aspect',
    {
      override: made =>
        Aspects.of(Stack.of(made)).add({
          visit: node => node instanceof CfnMethod && node.addPropertyOverride('OperationName', 'x'),
        }),
    },
  ],
])('a deployment is a new one for %s', (_what, change) => {
  expect(deploymentOf(synthesize(change)).id).not.toBe(before.id);
});

test('a deployment is a new one for another body of the same shape', () => {
  const of = (required: string) =>
    deploymentOf(synthesize({ route: { requestValidation: { body: { required: [required] } } } })).id;
  expect(of('id')).not.toBe(of('name'));
});

test.each<[string, Change]>([
  ['a throttle, which is of the stage', { edge: { rateLimit: RateLimit.perSecond(5) } }],
  [
    'what another API contains',
    {
      override: made => {
        const api = new CfnRestApi(Stack.of(made), 'Other', { name: 'other' });
        new CfnModel(Stack.of(made), 'Model', { restApiId: api.ref, contentType: 'text/plain', schema: {} });
      },
    },
  ],
])('a deployment does not depend on %s', (_what, change) => {
  expect(deploymentOf(synthesize(change))).toEqual(before);
});

test('a deployment is made after all that it contains', () => {
  const template = synthesize({
    edge: { cors },
    route: { auth: jwt('shop'), requestValidation: { body: { required: ['id'] } } },
  });
  const contents = ['Authorizer', 'GatewayResponse', 'Method', 'Model', 'RequestValidator', 'Resource'].map(kind =>
    Object.keys(template.findResources(`AWS::ApiGateway::${kind}`)),
  );

  contents.forEach(ids => expect(ids).not.toEqual([]));
  expect([...deploymentOf(template).dependsOn].sort()).toEqual(contents.flat().sort());
});

test('a canary is a deployment beside the stable one, and becomes the stable one unchanged', () => {
  const change = { operations: ['GET /orders/{id}', 'POST /orders', 'GET /new'] };
  const canary = synthesize({ ...change, props: { canary: { percent: 10, stableDeployment: 'abc123' } } });
  const { id } = deploymentOf(canary);

  expect(id).not.toBe(before.id);
  canary.hasResourceProperties('AWS::ApiGateway::Stage', {
    DeploymentId: 'abc123',
    CanarySetting: { PercentTraffic: 10, DeploymentId: { Ref: id } },
  });
  synthesize(change).hasResourceProperties('AWS::ApiGateway::Stage', { DeploymentId: { Ref: id } });
});

test('deployments are kept from the first on, so that a canary has a stable one beside it', () => {
  synthesize().hasResource('AWS::ApiGateway::Deployment', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
});
