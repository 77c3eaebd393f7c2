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
import type { RestApiEdgeProps } from '../../lib/aws';
import { assertBodiesFit } from '../../lib/aws/limits/rest-bodies';
import { declaredForRest as declared } from './support';

type Routes = Readonly<Record<string, RouteProps>>;

const key = Auth.apiKey({ secret: 'keys' });
const jwt = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });
const perClient = (client: ClientKey) =>
  PerClientRateLimit.of({ client, requests: 5, per: Period.SECOND, failureMode: FailureMode.FAIL_OPEN });

function check(routes: Routes, ofEdge: Partial<EdgeProps> = {}, textBodiesOnly?: boolean) {
  const { edge, web } = declared(ofEdge);
  Object.entries(routes).forEach(([operation, props]) => edge.route(operation, web, props));
  return () => assertBodiesFit({ edge, vpc: undefined as never, textBodiesOnly });
}

test.each<[string, Routes, Partial<EdgeProps>]>([
  ['an API key', { 'GET /static/{file+}': {}, 'GET /orders': { auth: key } }, {}],
  [
    'a limit of clients',
    { 'GET /static/{file+}': {}, 'ANY /orders': { auth: key, perClientRateLimit: perClient(ClientKey.apiKey()) } },
    {},
  ],
  ['a rate limit', { 'ANY /{id}': {}, 'POST /orders': { rateLimit: RateLimit.perSecond(1) } }, {}],
  ['required parameters', { 'GET /{id}': {}, 'GET /orders': { requestValidation: { query: ['page'] } } }, {}],
  [
    'a limit by a claim',
    { 'GET /{id}': { auth: Auth.none() }, 'GET /orders': { auth: jwt } },
    { perClientRateLimit: perClient(ClientKey.claim('sub')) },
  ],
  [
    'more than one check',
    { 'GET /{id}': { auth: key }, 'GET /a/b': { auth: key, rateLimit: RateLimit.perSecond(1) } },
    {},
  ],
])('a parameter beside a route with %s needs a template', (_what, routes, ofEdge) => {
  expect(check(routes, ofEdge)).toThrow(/may lead to .*textBodiesOnly: true/s);
  expect(check(routes, ofEdge, true)).not.toThrow();
});

test.each<[string, Routes, Partial<EdgeProps>]>([
  ['the same checks', { 'GET /{id}': { auth: key }, 'GET /orders': { auth: key } }, {}],
  ['another method', { 'GET /{id}': {}, 'POST /orders': { auth: key } }, {}],
  ['tokens, which the cluster verifies again', { 'GET /{id}': {}, 'GET /orders': { auth: jwt } }, {}],
  ['another timeout', { 'GET /{id}': {}, 'GET /orders': { timeout: Duration.seconds(3) } }, {}],
  ['a cache', { 'GET /{id}': {}, 'GET /orders': { cacheTtl: Duration.seconds(3) } }, {}],
  ['fewer checks', { 'GET /{id}': { auth: key }, 'GET /a/b': {} }, {}],
  ['no parameter', { 'GET /a': {}, 'GET /orders': { auth: key } }, {}],
])('a parameter beside a route with %s needs none', (_what, routes, ofEdge) => {
  expect(check(routes, ofEdge)).not.toThrow();
});

test.each<[string, Partial<RestApiEdgeProps>]>([
  ['an authorizer of its own', { authorizers: { 'GET /orders': { authorizerId: 'a' } } }],
  ['another authorizer', { authorizers: { 'GET /{id}': { authorizerId: 'a' }, 'GET /orders': { authorizerId: 'b' } } }],
  ['signed requests', { iamRoutes: ['GET /orders'] }],
])('a parameter beside a route with %s needs a template', (_what, props) => {
  const { edge, web } = declared();
  ['GET /{id}', 'GET /orders'].forEach(operation => edge.route(operation, web));

  expect(() => assertBodiesFit({ edge, vpc: undefined as never, ...props })).toThrow(/may lead to "GET \/orders"/);
});

test('a parameter beside a route with the same authorizer needs none', () => {
  const { edge, web } = declared();
  ['GET /{id}', 'GET /orders'].forEach(operation => edge.route(operation, web));
  const authorizer = { authorizerId: 'a' };
  const authorizers = { 'GET /{id}': authorizer, 'GET /orders': authorizer };

  expect(() => assertBodiesFit({ edge, vpc: undefined as never, authorizers })).not.toThrow();
});

test('bodies are validated with a template only', () => {
  const routes = { 'POST /orders': { requestValidation: { body: { required: ['id'] } } } };

  expect(check(routes)).toThrow(/The body of requests is validated.*textBodiesOnly: true/s);
  expect(check(routes, {}, true)).not.toThrow();
});
