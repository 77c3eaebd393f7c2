import fc from 'fast-check';
import {
  Auth,
  ClusterApp,
  IstioInstallation,
  Mesh,
  Operation,
  type OperationAuth,
  Peer,
  Port,
  type ServiceAuthProps,
  Topology,
  TopologyChart,
} from '../../lib';
import { unverifiedTokens } from '../../lib/checks/graph';
import { unsupportedFeatures } from '../../lib/kubernetes';
import { Manifests, Traffic } from '../../lib/testing';
import { problemsOf } from '../support/schemas';
import { names, one, plain, render } from './support';

const issuer = 'https://login.example';
const auth = Auth.jwt({ issuer, audiences: ['shop'] });
const VALID = { claims: { iss: issuer, sub: 'ann', aud: 'shop' } };
const op = (text: string) => Operation.http(text);

function shopWith(props: ServiceAuthProps, allowedOperations?: Operation[]) {
  const shop = new Topology('shop');
  const orders = plain(shop, 'orders', { ports: [Port.tcp(9000, { name: 'tcp' })] });
  plain(shop, 'web').calls(orders, { allowedOperations });
  orders.requireAuth(props);
  return { shop, orders };
}

function trafficIn(shop: Topology) {
  const app = new ClusterApp();
  new IstioInstallation(app, 'istio');
  new TopologyChart(app, 'shop', { topology: shop, mesh: Mesh.istio() });
  return Traffic.of(Manifests.ofApp(app));
}

test('all requests need a valid token of that issuer and audience', () => {
  const web = trafficIn(shopWith({ auth }).shop).from('web');

  web.http('GET http://orders/', VALID).expectAllowed();
  web.http('GET http://orders/a/b?c', VALID).expectAllowed();
  web.http('GET http://orders/a').expectDenied(403);
  web.http('GET http://orders/a', { ...VALID, badToken: true }).expectDenied(401);
  web.http('GET http://orders/a', { claims: { ...VALID.claims, aud: 'other' } }).expectDenied();
  web.http('GET http://orders/a', { claims: { ...VALID.claims, iss: 'https://other.example' } }).expectDenied();
});

test('single operations need no token, another audience or a claim', () => {
  const { shop } = shopWith({
    auth,
    operations: [
      { operation: op('GET /health'), auth: Auth.none() },
      { operation: op('DELETE /orders/{id}'), auth, claims: { groups: ['admin', 'root'] } },
      { operation: op('DELETE /orders/all'), auth: Auth.jwt({ issuer, audiences: ['ops'] }) },
    ],
  });
  const web = trafficIn(shop).from('web');
  const token = (claims: object) => ({ claims: { ...VALID.claims, ...claims } });

  web.http('GET http://orders/health').expectAllowed();
  web.http('POST http://orders/health').expectDenied(403);
  web.http('DELETE http://orders/orders/1', VALID).expectDenied(403);
  web.http('DELETE http://orders/orders/1', token({ groups: ['admin'] })).expectAllowed();
  web.http('DELETE http://orders/orders/1', token({ groups: ['staff'] })).expectDenied(403);
  web.http('DELETE http://orders/orders/all', token({ groups: ['admin'] })).expectDenied(403);
  web.http('DELETE http://orders/orders/all', token({ aud: 'ops' })).expectAllowed();
  web.http('GET http://orders/orders/1', VALID).expectAllowed();
});

test('tokens of any audience, or without one, are accepted where that is declared', () => {
  const web = trafficIn(shopWith({ auth: Auth.jwt({ issuer, anyAudience: true }) }).shop).from('web');
  web.http('GET http://orders/', { claims: { iss: issuer, sub: 'ann' } }).expectAllowed();
  web.http('GET http://orders/', { claims: { iss: issuer, sub: 'ann', aud: 'other' } }).expectAllowed();
  web.http('GET http://orders/', { claims: { iss: 'https://other.example', sub: 'ann' } }).expectDenied();
  web.http('GET http://orders/').expectDenied(403);
});

test('tokens of any audience leave the audiences of other operations as they are', () => {
  const { shop } = shopWith({
    auth,
    operations: [{ operation: op('GET /any'), auth: Auth.jwt({ issuer, anyAudience: true }) }],
  });
  const web = trafficIn(shop).from('web');
  const token = { claims: { iss: issuer, sub: 'ann' } };
  web.http('GET http://orders/any', token).expectAllowed();
  web.http('GET http://orders/other', token).expectDenied(403);
  web.http('GET http://orders/other', VALID).expectAllowed();
});

test('an issuer that is not a URL is accepted with its keys', () => {
  const accounts = Auth.jwt({ issuer: 'robot@accounts.example', anyAudience: true, jwksUri: 'https://a.example/keys' });
  const web = trafficIn(shopWith({ auth: accounts }).shop).from('web');
  web.http('GET http://orders/', { claims: { iss: 'robot@accounts.example', sub: 'ann' } }).expectAllowed();
});

const operations = fc.constantFrom(
  ...['GET', 'POST', 'ANY'].flatMap(method =>
    ['/', '/a', '/a/', '/a/{x}', '/a/b', '/a/{rest+}', '/{x}', '/{all+}', '/{x}/b'].map(path => `${method} ${path}`),
  ),
);
const requests = fc.tuple(
  fc.constantFrom('GET', 'POST', 'PUT'),
  fc.constantFrom('/', '/a', '/a/', '/a/b', '/a/c', '/b', '/c/b', '/a/b/c'),
);

/** The operation that decides about a request: the most specific one. */
function decider(texts: readonly string[], method: string, path: string): string | undefined {
  const matching = texts.filter(text => matches(text, method, path));
  const rank = (text: string) =>
    (text.split(' ')[1] ?? '')
      .split('/')
      .map(part => (part.endsWith('+}') ? 2 : part.startsWith('{') ? 1 : 0))
      .join('') + (text.startsWith('ANY') ? 1 : 0);
  return [...matching].sort((left, right) => (rank(left) < rank(right) ? -1 : 1))[0];
}

function matches(text: string, method: string, path: string): boolean {
  const operation = op(text);
  return [undefined, method].includes(operation.method) && new RegExp(`^${operation.path.toRegex()}$`).test(path);
}

test.each([
  ['all operations need a token but these', auth, Auth.none()],
  ['these operations need a token alone', Auth.none(), auth],
])('%s, for callers of any operations: the most specific one decides', (_name, general, special) => {
  fc.assert(
    fc.property(
      fc.uniqueArray(operations, { minLength: 1, maxLength: 4, selector: text => op(text).requests }),
      fc.option(fc.uniqueArray(operations, { minLength: 1, maxLength: 2 }), { nil: undefined }),
      fc.array(requests, { minLength: 4, maxLength: 6 }),
      (listed, allowed, sent) => {
        const each: OperationAuth[] = listed.map(text => ({ operation: op(text), auth: special }));
        const { shop } = shopWith({ auth: general, operations: each }, allowed?.map(op));
        const web = trafficIn(shop).from('web');
        for (const [method, path] of sent) {
          const isDeclared = !allowed || allowed.some(text => matches(text, method, path));
          // Templates match the folder of a rest as well.
          const isMatched = isDeclared || allowed.some(text => matches(text, method, `${path}x`));
          const needsToken = (decider(listed, method, path) === undefined ? general : special).token !== undefined;
          const request = `${method} http://orders${path}`;
          const [open, withToken] = [web.http(request), web.http(request, VALID)].map(each => each.isAllowed);
          expect([request, open && needsToken, withToken && !isMatched]).toEqual([request, false, false]);
          expect([request, isDeclared && !needsToken && !open, isDeclared && !withToken]).toEqual([
            request,
            false,
            false,
          ]);
        }
      },
    ),
    { numRuns: 20 },
  );
});

test('a gateway and a peer need the token as well', () => {
  const { shop, orders } = shopWith({ auth });
  shop.addEdge('door', { host: 'a.example' }).route('GET /a', orders);
  orders.allowFrom(Peer.serviceAccount({ namespace: 'jobs', name: 'batch' }));
  const { rules } = one(render(shop), 'AuthorizationPolicy', 'orders').spec as {
    rules: { from: { source: { requestPrincipals?: string[] } }[]; when?: { key: string }[] }[];
  };

  expect(rules).toHaveLength(3);
  rules.forEach(({ from, when }) => {
    expect(from.map(({ source }) => source.requestPrincipals)).toEqual([[`${issuer}/*`]]);
    expect(when).toEqual([{ key: 'request.auth.audiences', values: ['shop'] }]);
  });
});

test('connections to a TCP port are allowed as before', () => {
  const { shop, orders } = shopWith({ auth });
  plain(shop, 'batch').calls(orders, { port: 9000 });

  trafficIn(shop).from('batch').tcp('orders:9000').expectAllowed();
});

test('the RequestAuthentication has the keys and the headers of claims, valid by its schema', () => {
  const { shop } = shopWith({ auth, claimHeaders: { 'x-user': 'sub' } });
  const objects = render(shop);

  expect(one(objects, 'RequestAuthentication', 'orders').spec).toEqual({
    selector: { matchLabels: { app: 'orders' } },
    jwtRules: [
      {
        issuer,
        audiences: ['shop'],
        forwardOriginalToken: true,
        fromHeaders: [{ name: 'Authorization', prefix: 'Bearer ' }],
        outputClaimToHeaders: [{ header: 'x-user', claim: 'sub' }],
      },
    ],
  });
  expect(problemsOf(objects)).toEqual([]);
  expect(names(render(new Topology('empty')), 'RequestAuthentication')).toEqual([]);
});

test('a target without token verification at services, and a foreign service, are reported', () => {
  const { shop } = shopWith({ auth });
  const foreign = new Topology('shop');
  foreign
    .addService('orders', {
      namespace: 'other',
      port: Port.http(80),
      existingWorkload: { labels: { app: 'orders' }, serviceAccount: 'orders' },
    })
    .requireAuth({ auth });

  expect(unsupportedFeatures(shop, { name: 'a stone', capabilities: [] })).toMatchObject([
    { path: 'shop/orders', message: expect.stringContaining('token verification at services') as string },
  ]);
  expect(unverifiedTokens(shop)).toEqual([]);
  expect(unverifiedTokens(foreign)).toMatchObject([{ id: 'UnverifiedTokens', path: 'shop/orders' }]);
});
