import { Testing } from 'cdk8s';
import fc from 'fast-check';
import {
  Auth,
  ClusterApp,
  ExternalAuthorizer,
  HeaderMatch,
  Mesh,
  QueryParamMatch,
  type RouteProps,
  Topology,
  TopologyChart,
} from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { Manifests, Traffic } from '../../lib/testing';
import { plain, type Rendered } from '../istio/support';
import { asked, matched, tables } from '../support/overlapping-routes';
import type { Declared } from '../support/routes';

/** An edge whose routes go to a service each, so that what arrives tells which was matched. */
function trafficOf(routes: readonly Declared[]): Traffic {
  const shop = new Topology('shop');
  const edge = shop.addEdge('door', { host: 'shop.example' });
  routes.forEach(({ method, path }, index) => edge.route(`${method} ${path}`, plain(shop, `s${index}`)));
  const chart = new TopologyChart(new ClusterApp(), 'test', {
    topology: shop,
    mesh: Mesh.none({ gateway: new EnvoyGateway() }),
  });
  return Traffic.of(Manifests.ofChart(chart));
}

test('of any overlapping routes, a request reaches the one that precedes', () => {
  fc.assert(
    fc.property(tables, fc.array(asked, { minLength: 4, maxLength: 8 }), (routes, requests) => {
      const traffic = trafficOf(routes);
      for (const path of requests) {
        for (const method of ['GET', 'DELETE']) {
          const route = matched(routes, method, path.replace(/\/+/g, '/'));
          const [ending] = traffic.fromInternet(`${method} http://shop.example${path}`).outcomes;
          expect([method, path, ending?.destination || ending?.status]).toEqual([
            method,
            path,
            path.includes('%2F') ? 307 : route ? `shop/s${routes.indexOf(route)}-v1` : 404,
          ]);
        }
      }
    }),
    { numRuns: 40 },
  );
});

test.each(['/a//b', '//{id}', '/a%2Fb', '/{id}/%5cb'])(
  'a path that Envoy Gateway changes before it matches throws: %s',
  path => {
    expect(() => trafficOf([{ method: 'GET', path }])).toThrow(/\[shop\/door\/GET .*can never match.*\(InvalidPath\)/);
  },
);

test('a prefix is an expression where a parameter comes after it, since Envoy Gateway matches expressions first', () => {
  const shop = new Topology('shop');
  const edge = shop.addEdge('door', { host: 'shop.example' });
  ['GET /files/{id}', 'GET /files/*', 'ANY /*', 'ANY /{tenant}/items', 'ANY /other/*'].forEach((operation, index) =>
    edge.route(operation, plain(shop, `s${index}`)),
  );
  const chart = new TopologyChart(new ClusterApp(), 'test', {
    topology: shop,
    mesh: Mesh.none({ gateway: new EnvoyGateway() }),
  });
  const [route] = (Testing.synth(chart) as Rendered[]).filter(({ kind }) => kind === 'HTTPRoute');

  expect(route?.spec.rules.map((rule: { matches: { path: object }[] }) => rule.matches[0]?.path)).toEqual([
    { type: 'RegularExpression', value: expect.stringMatching(/^\/files\/\[\^\/\]\+(\(\?:\))+$/) as string },
    { type: 'RegularExpression', value: '/files(?:/.*)?' },
    { type: 'PathPrefix', value: '/' },
    { type: 'RegularExpression', value: '/[^/]+/items' },
    { type: 'RegularExpression', value: '/other(?:/.*)?' },
  ]);
});

test('redirects to the same URL are ordered too, if only one of them has an authorizer', () => {
  const shop = new Topology('shop');
  const edge = shop.addEdge('door', { host: 'shop.example' });
  edge.route('GET /', plain(shop, 'web'));
  edge.redirect('GET /a/{rest+}', {
    host: 'new.example',
    authorizer: ExternalAuthorizer.of({ service: plain(shop, 'decider') }),
  });
  edge.redirect('GET /{tenant}/items', { host: 'new.example' });
  const chart = new TopologyChart(new ClusterApp(), 'test', {
    topology: shop,
    mesh: Mesh.none({ gateway: new EnvoyGateway() }),
  });
  const paths = (Testing.synth(chart) as Rendered[])
    .filter(({ kind }) => kind === 'HTTPRoute')
    .flatMap(({ spec }) => spec.rules as { matches: { path: { value: string } }[] }[])
    .flatMap(({ matches }) => matches.map(({ path }) => path.value));

  expect(paths).toEqual(['/', '/[^/]+/items', '/a/.+(?:)(?:)']);
});

describe('conditions', () => {
  const having = (...names: string[]) => ({ headers: names.map(name => HeaderMatch.exact(name, '1')) });

  function declared(...routes: readonly (readonly [string, RouteProps])[]): Traffic {
    const shop = new Topology('shop');
    const edge = shop.addEdge('door', { host: 'shop.example' });
    routes.forEach(([operation, props], index) => edge.route(operation, plain(shop, `s${index}`), props));
    const chart = new TopologyChart(new ClusterApp(), 'test', {
      topology: shop,
      mesh: Mesh.none({ gateway: new EnvoyGateway() }),
    });
    return Traffic.of(Manifests.ofChart(chart));
  }

  const arrival = (traffic: Traffic, request: string, headers: Record<string, string> = {}) =>
    traffic.fromInternet(request.replace(' ', ' http://shop.example'), { headers }).outcomes[0]?.destination;

  test('come after the method, which Envoy Gateway counts as a header', () => {
    const traffic = declared(['GET /a', {}], ['ANY /a', { match: having('x-a') }], ['ANY /a', {}]);
    const headers = { 'x-a': '1' };

    expect([
      arrival(traffic, 'GET /a', headers),
      arrival(traffic, 'POST /a', headers),
      arrival(traffic, 'POST /a'),
    ]).toEqual(['shop/s0-v1', 'shop/s1-v1', 'shop/s2-v1']);
  });

  test('throw where they would come before the method', () => {
    expect(() => declared(['GET /a', {}], ['ANY /a', { match: having('x-a', 'x-b') }])).toThrow(
      /\[shop\/door\/GET \/a\].*would match "ANY \/a \[x-a=1, x-b=1\]" first.*\(AmbiguousRoutes\)/s,
    );
  });

  test('on a parameter precede none, although Envoy Gateway prefers exact headers', () => {
    const traffic = declared(
      ['GET /a', { match: having('x-a') }],
      [
        'GET /a',
        { match: { headers: [HeaderMatch.regex('x-a', '1|2')], queryParams: [QueryParamMatch.exact('q', '1')] } },
      ],
    );

    expect([arrival(traffic, 'GET /a?q=1', { 'x-a': '1' }), arrival(traffic, 'GET /a', { 'x-a': '1' })]).toEqual([
      'shop/s1-v1',
      'shop/s0-v1',
    ]);
  });

  test('decide about the authentication too, also those that no policy could express', () => {
    const token = Auth.jwt({ issuer: 'https://a.example', audiences: ['a'], jwksUri: 'https://a.example/keys' });
    const traffic = declared(
      ['GET /a', { auth: token }],
      ['GET /a', { match: { queryParams: [QueryParamMatch.regex('q', '[0-9]+')] } }],
    );

    traffic.fromInternet('GET http://shop.example/a').expectDenied(401);
    traffic.fromInternet('GET http://shop.example/a?q=x').expectDenied(401);
    expect(arrival(traffic, 'GET /a?q=12')).toBe('shop/s1-v1');
  });
});
