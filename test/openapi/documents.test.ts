import { assert, property } from 'fast-check';
import { Auth, type Edge, Topology, Port } from '../../lib';
import { azureApiManagement, googleApiGateway, openApi } from '../../lib/openapi';
import { routes as anyRoutes } from '../support/routes';
import { azure, edgeOf, errorsOf, google, jwt, key, routes } from './support';
import { runs } from '../support/runs';
import { setValues } from '../support/set-values';

type Paths = Record<
  string,
  Record<string, { operationId: string; security: object[]; parameters: { name: string }[] }>
>;
const pathsOf = (document: { readonly [field: string]: unknown }) => document.paths as Paths;

test('an edge is an OpenAPI document of its operations, with one path for parameters of different names', () => {
  const document = openApi(edgeOf(routes));

  expect(Object.entries(pathsOf(document)).map(([path, methods]) => [path, Object.keys(methods)])).toEqual([
    ['/products/{id}', ['get', 'post']],
    ['/static/{file}', ['get', 'head', 'post', 'put', 'patch', 'delete', 'options']],
    ['/files', ['get']],
    ['/files/{rest}', ['get']],
  ]);
  expect(document).toMatchObject({ servers: [{ url: 'https://origin.shop.example' }], info: { title: 'shop-door' } });
  expect(errorsOf(document)).toEqual([]);
});

test('operations name the configuration of the provider that users log in at', () => {
  const auth = Auth.oidc({ issuer: 'https://login.example/', clientId: 'shop', clientSecret: 'login' });
  const document = openApi(edgeOf({ 'GET /a': { auth } }));

  expect(Object.values(pathsOf(document)).map(({ get }) => get?.security)).toEqual([[{ login: [] }]]);
  expect(document.components).toEqual({
    securitySchemes: {
      login: {
        type: 'openIdConnect',
        openIdConnectUrl: 'https://login.example/.well-known/openid-configuration',
      },
    },
  });
  expect(errorsOf(document)).toEqual([]);
});

test('operations name the tokens and keys that they need, and the scopes', () => {
  const document = openApi(edgeOf({ 'GET /a': { auth: jwt }, 'GET /b': { auth: key }, 'GET /c': {} }));

  expect(Object.values(pathsOf(document)).map(({ get }) => get?.security)).toEqual([
    [{ token: [] }],
    [{ key: [] }],
    [],
  ]);
  expect(document.components).toEqual({
    securitySchemes: {
      token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A token of https://login.example.' },
      key: { type: 'apiKey', in: 'header', name: 'x-api-key' },
    },
  });
  expect(JSON.stringify(document)).toContain('The token has one of the scopes read.');
});

test('what requests must contain is in the document', () => {
  const document = openApi(
    edgeOf({ 'POST /a': { requestValidation: { query: ['q'], headers: ['x-a'], body: { required: ['id'] } } } }),
  );

  expect(pathsOf(document)['/a']?.post?.parameters).toEqual([
    { name: 'q', in: 'query', required: true, schema: { type: 'string' } },
    { name: 'x-a', in: 'header', required: true, schema: { type: 'string' } },
  ]);
  expect(JSON.stringify(document)).toContain('"content":{"application/json":{"schema":{"required":["id"]}}}');
  expect(errorsOf(document)).toEqual([]);
});

test('a method of its own precedes a route of any method, and any route precedes a prefix', () => {
  const document = openApi(edgeOf({ 'ANY /*': {}, 'ANY /a': { auth: jwt }, 'GET /a': { auth: key } }));

  expect(pathsOf(document)['/a']?.get?.security).toEqual([{ key: [] }]);
  expect(pathsOf(document)['/a']?.post?.security).toEqual([{ token: [] }]);
  expect(pathsOf(document)['/']?.get?.security).toEqual([]);
});

test.each<[string, (edge: Edge) => { readonly [field: string]: unknown }, Edge['front']]>([
  ['of OpenAPI', openApi, undefined],
  ['of Google', googleApiGateway, google],
  [
    'that Azure imports',
    edge => JSON.parse(String(azureApiManagement(edge).properties.value)) as { readonly [field: string]: unknown },
    azure,
  ],
])('a document %s is valid for any routes, and has an operation for each', (name, render, front) => {
  assert(
    property(anyRoutes, all => {
      const topology = new Topology('shop');
      const web = topology.addService('web', { image: 'example/web:1', port: Port.http(80) });
      const edge = topology.addEdge('door', setValues({ host: 'shop.example', tlsSecret: 'tls', front }));
      all.forEach(({ method, path }) => edge.route(`${method} ${path}`, web));
      const document = render(edge);

      expect(name === 'that Azure imports' ? [] : errorsOf(document)).toEqual([]);
      const ids = Object.values(pathsOf(document)).flatMap(methods =>
        Object.values(methods).map(each => each.operationId),
      );
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.length).toBeGreaterThanOrEqual(all.length);
    }),
    runs(50, 3),
  );
});
