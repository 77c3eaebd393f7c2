import { Auth, Operation, Topology } from '../../lib';
import { trafficOf } from '../support/manifests';
import { one, plain, type Rendered, render } from './support';

const shopToken = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });

/** An edge with these routes, each to a service of its own: `s0`, `s1` and so on. */
function rendered(...routes: readonly (readonly [operation: string, auth?: Auth])[]): Rendered[] {
  const shop = new Topology('shop');
  const edge = shop.addEdge('door', { host: 'shop.example' });
  routes.forEach(([operation, auth], index) => edge.route(operation, plain(shop, `s${index}`), auth ? { auth } : {}));
  return render(shop);
}

const pathsOf = (objects: readonly Rendered[]): { type: string; value: string }[] =>
  one(objects, 'HTTPRoute', 'door').spec.rules.flatMap((rule: { matches: { path: object }[] }) =>
    rule.matches.map(match => match.path),
  );

function arrival(objects: readonly Rendered[], request: string): string | number | undefined {
  const [ending] = trafficOf(objects).fromInternet(request.replace(' ', ' http://shop.example')).outcomes;
  return ending?.destination ? ending.destination.replace(/^shop\/|-v1$/g, '') : ending?.status;
}

test('a prefix is one match, of the path and everything below it', () => {
  const objects = rendered(['GET /files/*']);

  expect(pathsOf(objects)).toEqual([{ type: 'PathPrefix', value: '/files' }]);
  expect(['/files', '/files/', '/files/a/b', '/filesystem', '/'].map(path => arrival(objects, `GET ${path}`))).toEqual([
    's0',
    's0',
    's0',
    404,
    404,
  ]);
});

test('the prefix of everything matches the root too', () => {
  const objects = rendered(['ANY /*']);

  expect(pathsOf(objects)).toEqual([{ type: 'PathPrefix', value: '/' }]);
  expect(['/', '/a', '/a/b/'].map(path => arrival(objects, `GET ${path}`))).toEqual(['s0', 's0', 's0']);
});

test('the gateway and the service allow exactly the prefix', () => {
  const objects = rendered(['GET /files/*'], ['GET /t/{id}/*', shopToken], ['POST /*']);

  expect(one(objects, 'AuthorizationPolicy', 'door').spec.rules.map((rule: { to: object }) => rule.to)).toEqual([
    [
      { operation: { methods: ['GET'], paths: ['/files', '/files/{**}'] } },
      { operation: { methods: ['POST'], paths: ['/{**}'] } },
    ],
    [{ operation: { methods: ['GET'], paths: ['/t/{*}', '/t/{*}/{**}'] } }],
  ]);
  expect(one(objects, 'AuthorizationPolicy', 's0').spec.rules[0].to).toEqual([
    { operation: { ports: ['80'], methods: ['GET'], paths: ['/files', '/files/{**}'] } },
  ]);
});

test('an open prefix does not open a protected one below it, nor the other way round', () => {
  const objects = rendered(['ANY /*'], ['GET /files/*', shopToken], ['GET /files/public/*']);

  expect(
    ['/files', '/files/', '/files/a', '/files/publicity', '/files/public', '/files/public/a', '/file'].map(path =>
      arrival(objects, `GET ${path}`),
    ),
  ).toEqual([403, 403, 403, 403, 's2', 's2', 's0']);
  expect(pathsOf(objects).map(({ type }) => type)).toEqual(['PathPrefix', 'PathPrefix', 'PathPrefix']);
});

test('a prefix is an expression where a parameter precedes it, since Istio matches prefixes first', () => {
  const objects = rendered(['GET /files/{id}', shopToken], ['GET /files/*'], ['ANY /*'], ['GET /other/*']);

  expect(pathsOf(objects)).toEqual([
    { type: 'RegularExpression', value: '/files/[^/]+(?:)' },
    { type: 'RegularExpression', value: '/files(?:/.*)?' },
    { type: 'RegularExpression', value: '/.*' },
    { type: 'PathPrefix', value: '/other' },
  ]);
  expect(
    ['/files/1', '/files/', '/files', '/files/1/2', '/other', '/x'].map(path => arrival(objects, `GET ${path}`)),
  ).toEqual([403, 's1', 's1', 's1', 's3', 's2']);
});

test('an allowed operation of a call may be a prefix', () => {
  const shop = new Topology('shop');
  const [web, files] = [plain(shop, 'web'), plain(shop, 'files')];
  web.calls(files, { allowedOperations: [Operation.http('GET /files/*')] });

  expect(one(render(shop), 'AuthorizationPolicy', 'files').spec.rules[0].to).toEqual([
    { operation: { ports: ['80'], methods: ['GET'], paths: ['/files', '/files/{**}'] } },
  ]);
});
