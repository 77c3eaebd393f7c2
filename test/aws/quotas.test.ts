import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { WebSocketNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Duration } from 'cdk8s';
import { Auth, checkTemplate, ClientKey, FailureMode, PerClientRateLimit, Period, type RouteProps } from '../../lib';
import { HttpApiEdge, RestApiEdge, type RestApiEdgeProps, WebSocketApiEdge } from '../../lib/aws';
import { requireFitForHttpApi } from '../../lib/aws/limits/http-api';
import { requireFitForRestApi } from '../../lib/aws/limits/rest-api';
import { declared, declaredForRest, restTemplate } from './support';
import { httpFront, restFront, webSocketFront } from '../support/fronts';

const jwt = (issuer: string) => Auth.jwt({ issuer, audiences: ['shop'] });

function edgeWith(operations: readonly string[], front = restFront) {
  const cors = front === webSocketFront ? undefined : { origins: ['https://www.shop.example'] };
  const { edge, web } = declared({ front, cors });
  operations.forEach(operation => edge.route(operation, web));
  return edge;
}

const numbered = (count: number, path: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => path(index));
const many = edgeWith(numbered(301, index => `GET /r${index}`));

test('a raised quota of the account replaces the default, and the fix of the default mentions it', () => {
  const fits = (quotas?: RestApiEdgeProps['quotas']) => () =>
    requireFitForRestApi({ edge: many, vpc: undefined as never, quotas });

  expect(fits()).toThrow(/302 resources.*at most 300.*AWS raises.*quotas: \{ resources: … \}/s);
  expect(fits({ resources: 301 })).toThrow(/302 resources.*at most 301/);
  expect(fits({ resources: 302 })).not.toThrow();
});

test('quotas of HTTP APIs are raised likewise, but not their timeout', () => {
  const fits = (quotas?: RestApiEdgeProps['quotas']) => () =>
    requireFitForHttpApi({ edge: many, vpc: undefined as never, quotas });

  expect(fits()).toThrow(/301 routes.*at most 300.*quotas: \{ routes: … \}/s);
  expect(fits({ routes: 301 })).not.toThrow();
  expect(fits({ integrationTimeoutMillis: 60_000 })).toThrow(/does not raise for an HTTP API/);
});

test('each pair of issuer and audiences has an authorizer of the quota, and other tokens share one', () => {
  const { edge, web } = declaredForRest();
  numbered(10, index => `GET /r${index}`).forEach((operation, index) =>
    edge.route(operation, web, { auth: jwt(`https://issuer-${index}.example`) }),
  );
  const fits =
    (props: Partial<RestApiEdgeProps> = {}) =>
    () =>
      requireFitForRestApi({ edge, vpc: undefined as never, ...props });

  expect(fits()).not.toThrow();
  edge.route('GET /more', web, { auth: jwt('https://issuer-10.example') });
  expect(fits()).toThrow(/11 authorizers.*at most 10.*lambdaAuthorizer: true/s);
  expect(fits({ quotas: { authorizers: 11 } })).not.toThrow();
  expect(fits({ lambdaAuthorizer: true })).not.toThrow();
});

describe('a streamed response', () => {
  const withStream = (route: RouteProps, props: Partial<RestApiEdgeProps> = { streamedRoutes: ['GET /events'] }) => {
    const { edge, web } = declaredForRest();
    edge.route('GET /events', web, route);
    edge.route('GET /', web);
    return () => restTemplate(edge, () => props);
  };

  test('is sent as it arrives, for up to 15 minutes, which the check of templates accepts', () => {
    const template = withStream({ timeout: Duration.minutes(15) })();

    template.hasResourceProperties('AWS::ApiGateway::Method', {
      Integration: { ResponseTransferMode: 'STREAM', TimeoutInMillis: 900_000 },
    });
    template.resourcePropertiesCountIs(
      'AWS::ApiGateway::Method',
      { Integration: { ResponseTransferMode: 'STREAM' } },
      1,
    );
  });

  test.each<[string, RouteProps, Partial<RestApiEdgeProps> | undefined, string]>([
    ['longer than 15 minutes', { timeout: Duration.seconds(901) }, undefined, 'supports 50 to 900000 ms'],
    ['of a route that is not streamed', { timeout: Duration.minutes(15) }, {}, 'supports 50 to 29000 ms'],
    ['from a cache', { cacheTtl: Duration.seconds(5) }, undefined, 'AWS does not cache streams'],
    ['of no route', {}, { streamedRoutes: ['GET /event'] }, 'the edge has no such route'],
  ])('%s throws', (_name, route, props, message) => {
    expect(withStream(route, props)).toThrow(message);
  });

  test('longer than 15 minutes is a finding in a template', () => {
    const Integration = { Type: 'HTTP_PROXY', ResponseTransferMode: 'STREAM', TimeoutInMillis: 900_001 };
    const Resources = { Events: { Type: 'AWS::ApiGateway::Method', Properties: { HttpMethod: 'GET', Integration } } };

    expect(checkTemplate({ Resources }).map(({ message }) => message)).toEqual([
      expect.stringContaining('allows 50 to 900000 ms'),
    ]);
  });
});

test('a timeout within the quota of the account is rendered', () => {
  const { edge, web } = declaredForRest({ timeout: Duration.seconds(60) });
  edge.route('GET /', web);
  const stack = new Stack(new App(), 'Test');
  new RestApiEdge(stack, 'Edge', { edge, vpc: new Vpc(stack, 'Vpc'), quotas: { integrationTimeoutMillis: 60_000 } });
  const template = Template.fromStack(stack);

  template.hasResourceProperties('AWS::ApiGateway::Method', { Integration: { TimeoutInMillis: 60_000 } });
  expect(checkTemplate(template.toJSON()).map(({ id, fix }) => [id, fix])).toEqual([
    ['rest-api-timeout', expect.stringContaining('AWS raises this quota on request')],
  ]);
  expect(checkTemplate(template.toJSON(), { integrationTimeoutMillis: 60_000 })).toEqual([]);
});

describe('a template of 500 resources', () => {
  test('has room for a hundred routes with CORS, since only paths of routes respond to preflights', () => {
    const template = restTemplate(edgeWith(numbered(100, index => `GET /r${index}/{id}`)));

    template.resourcePropertiesCountIs('AWS::ApiGateway::Method', { HttpMethod: 'OPTIONS' }, 100);
    expect(Object.keys((template.toJSON() as { Resources: object }).Resources).length).toBeLessThanOrEqual(500);
  });

  test.each([
    [
      'a REST API',
      (stack: Stack) => new RestApiEdge(stack, 'Edge', { edge: edgeWith(['GET /']), vpc: new Vpc(stack, 'Vpc') }),
    ],
    [
      'an HTTP API',
      (stack: Stack) =>
        new HttpApiEdge(stack, 'Edge', { edge: edgeWith(['GET /'], httpFront), vpc: new Vpc(stack, 'Vpc') }),
    ],
    [
      'a WebSocket API',
      (stack: Stack) => {
        const edge = edgeWith(['POST /'], webSocketFront);
        const authorizer = new WebSocketNoneAuthorizer();
        return new WebSocketApiEdge(stack, 'Edge', {
          edge,
          vpc: new Vpc(stack, 'Vpc'),
          routes: { $default: 'POST /' },
          authorizer,
        });
      },
    ],
  ])('has none for %s beside 490 others', (_what, add) => {
    const stack = new Stack(new App(), 'Full');
    Array.from({ length: 490 }, (_, index) => new CfnResource(stack, `R${index}`, { type: 'AWS::SNS::Topic' }));

    expect(() => add(stack)).toThrow(/The stack Full has \d+ resources, \d+ of them of this API.*stack of its own/s);
  });
});

describe('environments in one account and Region', () => {
  const env = { account: '123456789012', region: 'eu-west-1' };

  function deploy(names: readonly (string | undefined)[], envs: readonly object[] = [{ env }, { env }]) {
    const app = new App();
    const { edge, web } = declaredForRest({
      auth: jwt('https://login.example'),
      perClientRateLimit: PerClientRateLimit.of({
        client: ClientKey.claim('sub'),
        requests: 5,
        per: Period.SECOND,
        failureMode: FailureMode.FAIL_OPEN,
      }),
    });
    edge.route('GET /', web);
    return names.map((targetGroupName, index) => {
      const stack = new Stack(app, `Stack${index}`, envs[index]);
      const api = new RestApiEdge(stack, 'Edge', {
        edge,
        vpc: new Vpc(stack, 'Vpc'),
        clients: ['ann'],
        targetGroupName,
      });
      api.addAlarms({ throttledRequests: 1 });
      return stack;
    });
  }

  test('have different names of target groups, APIs and VPC links, and different keys of clients', () => {
    const [first, second] = deploy([undefined, 'shop-door-test']).map(stack => Template.fromStack(stack));
    const keyIn = (template: Template | undefined) =>
      Object.values(template?.findResources('AWS::ApiGateway::ApiKey') ?? {}).map(
        each => (each as { Properties: { Value: string } }).Properties.Value,
      );

    first?.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', { Name: 'shop-door' });
    second?.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', { Name: 'shop-door-test' });
    second?.hasResourceProperties('AWS::ApiGateway::RestApi', { Name: 'shop-door-test' });
    second?.hasResourceProperties('AWS::ApiGateway::VpcLink', { Name: 'shop-door-test' });
    second?.hasResourceProperties('AWS::ApiGateway::UsagePlan', { UsagePlanName: 'shop-door-test' });
    second?.hasOutput('*', { Value: 'shop-door-test' });
    first?.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'shop-door-throttled' });
    second?.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'shop-door-test-throttled' });
    expect(keyIn(first)).not.toEqual(keyIn(second));
    expect(keyIn(first)).toHaveLength(1);
  });

  test('cannot have the same, but those of another Region can', () => {
    expect(() => deploy([undefined, undefined])).toThrow(/Stack0\/Edge\/Link has a target group named "shop-door"/);
    expect(() => deploy(['a', 'a'])).toThrow(/named "a"/);
    expect(() => deploy(['a', 'a'], [{ env }, { env: { ...env, region: 'us-east-1' } }])).not.toThrow();
  });
});
