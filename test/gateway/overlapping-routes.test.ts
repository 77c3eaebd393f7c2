import { Testing } from 'cdk8s';
import fc from 'fast-check';
import { ClusterApp, Mesh, Topology, TopologyChart } from '../../lib';
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
          const route = matched(routes, method, path);
          const [ending] = traffic.fromInternet(`${method} http://shop.example${path}`).outcomes;
          expect([method, path, ending?.destination || ending?.status]).toEqual([
            method,
            path,
            route ? `shop/s${routes.indexOf(route)}-v1` : 404,
          ]);
        }
      }
    }),
    { numRuns: 40 },
  );
});

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
