import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Auth, Front } from '../../lib';
import { HttpApiEdge } from '../../lib/aws';
import { frontSubnets, httpFront, restFront } from '../support/fronts';
import { declared, httpTemplate, restTemplate } from './support';

function behind(front: Front | undefined) {
  const { edge, web } = declared({ front });
  edge.route('GET /', web);
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

test('API keys and client limits that an HTTP API does not have are left to the gateway in the cluster', () => {
  const { edge, web } = declared();
  edge.route('GET /', web, { auth: Auth.apiKey({ secret: 'keys' }) });
  const stack = new Stack(new App(), 'Test');

  expect(() => new HttpApiEdge(stack, 'Edge', { edge, vpc: new Vpc(stack, 'Vpc') })).not.toThrow();
});
