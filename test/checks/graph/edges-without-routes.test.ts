import { edgesWithoutRoutes } from '../../../lib/checks/graph';
import { Topology } from '../../../lib';
import { plain } from '../../istio/support';

test('an edge without routes is an error, one with a route is none', () => {
  const shop = new Topology('shop');
  shop.addEdge('empty', { host: 'a.example' });
  shop.addEdge('door', { host: 'b.example' }).route('GET /', plain(shop, 'web'));

  expect(edgesWithoutRoutes(shop)).toEqual([
    expect.objectContaining({ id: 'NoRoutes', severity: 'error', path: 'shop/empty' }),
  ]);
});
