import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsIntegration, HttpIntegration, MockIntegration } from 'aws-cdk-lib/aws-apigateway';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import {
  HttpServiceDiscoveryIntegration,
  HttpSqsIntegration,
  HttpUrlIntegration,
} from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { VpcLink } from 'aws-cdk-lib/aws-apigatewayv2';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Auth } from '../../lib';
import {
  HttpApiEdge,
  type HttpApiEdgeProps,
  type HttpIntegrationRoute,
  RestApiEdge,
  type RestApiEdgeProps,
} from '../../lib/aws';
import { checkTemplate, type CloudTemplate } from '../../lib/checks';
import { declared, declaredForRest, refusedByTheCdk, remember } from './support';

const token = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });

interface Given {
  readonly stack: Stack;
  readonly vpc: Vpc;
}

function httpTemplate(props: (given: Given) => Partial<HttpApiEdgeProps>): Template {
  const stack = new Stack(new App(), 'Test');
  const vpc = new Vpc(stack, 'Vpc');
  const { edge, web } = declared({ auth: token });
  edge.route('GET /orders/{id}', web);
  new HttpApiEdge(stack, 'Edge', { edge, vpc, ...props({ stack, vpc }) });
  return checked(stack);
}

function restTemplate(props: (given: Given) => Partial<RestApiEdgeProps>): Template {
  const stack = new Stack(new App(), 'Test');
  const vpc = new Vpc(stack, 'Vpc');
  const { edge, web } = declaredForRest({ auth: token });
  edge.route('GET /orders/{id}', web);
  new RestApiEdge(stack, 'Edge', { edge, vpc, ...props({ stack, vpc }) });
  return checked(stack);
}

function checked(stack: Stack): Template {
  const template = Template.fromStack(stack);
  expect(checkTemplate(template.toJSON() as CloudTemplate)).toEqual([]);
  remember(stack);
  return template;
}

const url = (): HttpIntegrationRoute => ({ integration: new HttpUrlIntegration('Legacy', 'https://legacy.example/') });

describe('an HTTP API', () => {
  test('leads requests to a URL, with the authentication of the edge', () => {
    const template = httpTemplate(() => ({ integrationRoutes: { 'GET /legacy': url() } }));

    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: 'GET /legacy', AuthorizationType: 'JWT' });
    template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
      IntegrationType: 'HTTP_PROXY',
      IntegrationUri: 'https://legacy.example/',
      ConnectionType: Match.absent(),
    });
  });

  test('leads requests to a queue and other services of AWS', () => {
    const template = httpTemplate(({ stack }) => ({
      integrationRoutes: {
        'POST /events': { integration: new HttpSqsIntegration('Events', { queue: new Queue(stack, 'Queue') }) },
      },
    }));

    template.hasResourceProperties('AWS::ApiGatewayV2::Integration', { IntegrationSubtype: 'SQS-SendMessage' });
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: 'POST /events', AuthorizationType: 'JWT' });
  });

  test('leads requests to services of AWS Cloud Map', () => {
    const template = httpTemplate(({ stack, vpc }) => {
      const namespace = new PrivateDnsNamespace(stack, 'Namespace', { name: 'shop.internal', vpc });
      const vpcLink = new VpcLink(stack, 'Link', { vpc });
      const service = namespace.createService('Reports');
      return {
        integrationRoutes: {
          'GET /reports': { integration: new HttpServiceDiscoveryIntegration('Reports', service, { vpcLink }) },
        },
      };
    });

    template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
      ConnectionType: 'VPC_LINK',
      IntegrationUri: { 'Fn::GetAtt': [Match.stringLikeRegexp('Reports'), 'Arn'] },
    });
  });

  test('has an authorizer of such a route', () => {
    httpTemplate(() => ({
      integrationRoutes: { 'GET /legacy': { ...url(), authorizer: new HttpIamAuthorizer() } },
    })).hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: 'GET /legacy', AuthorizationType: 'AWS_IAM' });
  });

  test.each<[string, Partial<HttpApiEdgeProps>, string]>([
    [
      'the requests of a route of the edge',
      { integrationRoutes: { 'GET /orders/{name}': url() } },
      '"GET /orders/{id}" matches the same requests',
    ],
    [
      'two proofs',
      { integrationRoutes: { 'GET /legacy': { ...url(), auth: token, authorizer: new HttpIamAuthorizer() } } },
      'both `auth` and `authorizer`',
    ],
    ['a prefix', { integrationRoutes: { 'GET /legacy/*': url() } }, 'neither prefixes'],
  ])('throws for %s', (_name, props, message) => {
    expect(() => httpTemplate(() => props)).toThrow(message);
  });
});

describe('a REST API', () => {
  test('leads requests to services of AWS, whose templates get text', () => {
    const template = restTemplate(() => ({
      integrationRoutes: {
        'POST /events': {
          integration: new AwsIntegration({
            service: 'sqs',
            path: '123456789012/events',
            options: {
              requestTemplates: { 'application/json': 'Action=SendMessage' },
              integrationResponses: [{ statusCode: '200' }],
            },
          }),
          methodResponses: [{ statusCode: '200' }],
        },
      },
    }));

    template.hasResourceProperties('AWS::ApiGateway::Method', {
      HttpMethod: 'POST',
      AuthorizationType: 'JWT',
      Integration: { Type: 'AWS', ContentHandling: 'CONVERT_TO_TEXT' },
      MethodResponses: [{ StatusCode: '200' }],
    });
  });

  test('leads requests to a URL, whose bodies arrive unchanged', () => {
    restTemplate(() => ({
      integrationRoutes: {
        'GET /legacy': { integration: new HttpIntegration('https://legacy.example/'), auth: Auth.none() },
      },
    })).hasResourceProperties('AWS::ApiGateway::Method', {
      AuthorizationType: 'NONE',
      Integration: {
        Type: 'HTTP_PROXY',
        Uri: 'https://legacy.example/',
        ConnectionType: Match.absent(),
        ContentHandling: Match.absent(),
      },
    });
  });

  test('responds itself, if requests of IAM are signed as declared', () => {
    restTemplate(() => ({
      integrationRoutes: {
        'GET /status': {
          integration: new MockIntegration(),
          auth: Auth.none(),
          methodResponses: [{ statusCode: '200' }],
        },
      },
      iamRoutes: ['GET /status'],
    })).hasResourceProperties('AWS::ApiGateway::Method', {
      AuthorizationType: 'AWS_IAM',
      Integration: { Type: 'MOCK', ContentHandling: 'CONVERT_TO_TEXT' },
    });
  });

  test('throws for a route that is declared twice', () => {
    const route = { integration: new MockIntegration() };

    expect(() =>
      restTemplate(() => ({
        integrationRoutes: { 'GET /a/{x}': route, 'GET /a/{x+}': route, 'GET /orders/{id}': route },
      })),
    ).toThrow('matches the same requests');
  });
});

test("the CDK's own validation accepts all of these templates", () => {
  expect(refusedByTheCdk()).toEqual([]);
}, 60_000);
