import { ClusterApp, Port, Topology, TopologyChart } from '../../lib';
import { plain } from '../istio/support';

test('the Deployments of two services of one name in two namespaces are distinct', () => {
  const shop = new Topology('shop');
  const one = plain(shop, 'cart', { namespace: 'c', versions: { v1b: {} } });
  const other = plain(shop, 'cart', { namespace: 'bc', versions: { v1: {} } });
  const chart = new TopologyChart(new ClusterApp(), 'test', { topology: shop });

  expect(
    [one, other].map(each => chart.deployment(each)).map(({ name, metadata }) => [name, metadata.namespace]),
  ).toEqual([
    ['cart-v1b', 'c'],
    ['cart-v1', 'bc'],
  ]);
});

test('the Deployment of a service without further word is that of its first version', () => {
  const shop = new Topology('shop');
  const cart = plain(shop, 'cart', { versions: { blue: {}, green: {} } });

  expect(new TopologyChart(new ClusterApp(), 'test', { topology: shop }).deployment(cart).name).toBe('cart-blue');
});

test("an object is found in the namespace that is named, and the topology's own if none is", () => {
  const shop = new Topology('shop');
  shop.addNamespace('other');
  plain(shop, 'cart');
  plain(shop, 'cart', { namespace: 'other', port: Port.http(8080) });
  const chart = new TopologyChart(new ClusterApp(), 'test', { topology: shop });

  expect(chart.object('Service', 'cart').metadata.namespace).toBe('shop');
  expect(chart.object('Service', 'cart', 'other').metadata.namespace).toBe('other');
  expect(chart.object('Namespace', 'other').name).toBe('other');
});

test('an object of another namespace throws with that namespace, at the line of the call', () => {
  const shop = new Topology('shop');
  plain(shop, 'cart', { namespace: 'other' });
  const chart = new TopologyChart(new ClusterApp(), 'test', { topology: shop });
  const failure = (() => {
    try {
      return chart.object('Service', 'cart');
    } catch (error) {
      return error as Error;
    }
  })();

  expect(failure).toMatchObject({
    name: 'ValidationError',
    message: '[test] The chart has no Service "cart" in namespace shop. Use one of other/cart. (NotRendered)',
    stack: expect.stringContaining(__filename),
  });
});

test('a topology that a chart renders rejects further calls', () => {
  const shop = new Topology('shop');
  const [web, cart] = [plain(shop, 'web'), plain(shop, 'cart')];
  new TopologyChart(new ClusterApp(), 'test', { topology: shop });

  expect(() => web.calls(cart)).toThrow(
    '[shop/web] The topology "shop" is already rendered, so this declaration would be lost. '
      + 'Declare everything before the topology is passed to a chart or a stack. (AlreadyRendered)',
  );
});
