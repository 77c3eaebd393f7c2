import { App, Duration as CloudDuration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Duration } from 'cdk8s';
import { Auth, type EdgeProps, Front, type FrontLimits } from '../../lib';
import { HttpApiEdge, RestApiEdge } from '../../lib/aws';
import { frontSubnets, httpFront, restFront } from '../support/fronts';
import { declared, httpTemplate, restTemplate } from './support';

function behind(front: Front | undefined, props: Partial<EdgeProps> = {}, routes = 1) {
  const { edge, web } = declared({ ...props, front });
  Array.from({ length: routes }, (_, index) => edge.route(`GET /${index}`, web));
  return edge;
}

test.each<[string, RegExp, () => unknown]>([
  ['an HTTP API without a declared front', /no front.*Front\.httpApi/s, () => httpTemplate(behind(undefined))],
  ['a REST API without a declared front', /no front.*Front\.restApi/s, () => restTemplate(behind(undefined))],
  ['an HTTP API in place of a REST API', /declares a REST API as its front/, () => httpTemplate(behind(restFront))],
  ['a REST API in place of an HTTP API', /declares an HTTP API as its front/, () => restTemplate(behind(httpFront))],
  [
    'an HTTP API in place of a proxy',
    /declares a proxy as its front.*\(WrongFront\)/s,
    () => httpTemplate(behind(Front.of({ name: 'a proxy', capabilities: [], addresses: frontSubnets }))),
  ],
])('%s throws', (_what, message, build) => {
  expect(build).toThrow(message);
});

describe('limits of the account', () => {
  const jwt = (audience: string) => Auth.jwt({ issuer: 'https://login.example', audiences: [audience] });
  const http = (limits?: FrontLimits) => Front.httpApi({ addresses: frontSubnets, limits });

  test('replace those that AWS documents', () => {
    expect(() => httpTemplate(behind(http(), {}, 301))).toThrow(/301 routes.*at most 300/s);
    expect(() => httpTemplate(behind(http({ routes: 301 }), {}, 301))).not.toThrow(/at most/);
    expect(() => httpTemplate(behind(http({ routes: 299 }), {}, 300))).toThrow(/300 routes.*at most 299/s);
  });

  test('count distinct pairs of issuer and audiences', () => {
    const { edge, web } = declared({ front: http({ issuers: 1 }) });
    edge.route('GET /a', web, { auth: jwt('a') });
    edge.route('GET /b', web, { auth: jwt('b') });
    expect(() => httpTemplate(edge)).toThrow(/2 sets of issuer and audiences.*at most 1/s);
  });

  test('allow longer timeouts of a REST API', () => {
    const front = Front.restApi({ addresses: frontSubnets, limits: { longestTimeout: Duration.seconds(60) } });
    const stack = new Stack(new App(), 'Test');
    const edge = behind(front, { timeout: Duration.seconds(45) });
    new RestApiEdge(stack, 'Edge', { edge, vpc: new Vpc(stack, 'Vpc') });

    expect(JSON.stringify(Template.fromStack(stack).findResources('AWS::ApiGateway::Method'))).toContain(
      `"TimeoutInMillis":${CloudDuration.seconds(45).toMilliseconds()}`,
    );
  });
});

test('API keys and client limits that an HTTP API does not have are left to the gateway in the cluster', () => {
  const { edge, web } = declared();
  edge.route('GET /', web, { auth: Auth.apiKey({ secret: 'keys' }) });
  const stack = new Stack(new App(), 'Test');

  expect(() => new HttpApiEdge(stack, 'Edge', { edge, vpc: new Vpc(stack, 'Vpc') })).not.toThrow();
});
