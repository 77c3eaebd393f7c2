import { HeaderMatch, Operation, Peer, Topology } from '../../../lib';
import { deniedCalls } from '../../../lib/checks/graph';
import { plain } from '../../istio/support';

function shopWith(declare: (shop: Topology, cart: ReturnType<typeof plain>) => void): [string, string][] {
  const shop = new Topology('shop');
  declare(shop, plain(shop, 'cart', { deniedOperations: [Operation.http('GET /admin/*'), Operation.http('ANY /x')] }));
  return deniedCalls(shop).map(({ path, message }) => [path, message]);
}

const denied = (path: string, operation: string) => [
  [path, `${operation} is allowed here, and \`deniedOperations\` of cart denies it to all callers.`],
];

test('a call of an operation that its callee denies to all is an error', () => {
  expect(
    shopWith((shop, cart) => {
      plain(shop, 'web').calls(cart, {
        allowedOperations: [Operation.http('GET /admin/keys'), Operation.http('GET /')],
      });
    }),
  ).toEqual(denied('shop/web → cart', 'GET /admin/keys'));
});

test('so is a caller outside the topology', () => {
  expect(
    shopWith((_shop, cart) => {
      const peer = Peer.serviceAccount({ namespace: 'other', name: 'job' });
      cart.allowFrom(peer, { allowedOperations: [Operation.http('POST /x')] });
    }),
  ).toEqual(denied('other/job → shop/cart', 'POST /x'));
});

test('so is a route of an edge, by the path that the service receives', () => {
  const route = (path: string) =>
    shopWith((shop, cart) => {
      shop.addEdge('door', { host: 'shop.example' }).route('GET /a', cart, { rewrite: { path } });
    });
  expect(route('/admin/keys')).toEqual(denied('shop/door/GET /a', 'GET /admin/keys'));
  expect(route('/b')).toEqual([]);
});

test('operations of which a part is denied, calls of all operations, and routes to other services are none', () => {
  expect(
    shopWith((shop, cart) => {
      const web = plain(shop, 'web');
      web.calls(cart, { allowedOperations: [Operation.http('ANY /admin/*')] });
      plain(shop, 'app').calls(cart);
      shop.addEdge('door', { host: 'shop.example' }).route('GET /x', web);
      cart.respondDirectly(HeaderMatch.exact('x-a', 'b'), { status: 503 });
    }),
  ).toEqual([]);
});
