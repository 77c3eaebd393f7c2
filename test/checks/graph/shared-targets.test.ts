import {
  Auth,
  ClusterApp,
  Mesh,
  Operation,
  Peer,
  Port,
  Topology,
  TopologyChart,
  type TopologyChartProps,
} from '../../../lib';
import { sharedTargets } from '../../../lib/checks/graph';

const GET = Operation.http('GET /x');
const JWT = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });

interface Shop {
  readonly inMesh?: boolean;
  readonly requests?: Port;
  readonly connections?: Port;
  /** The port that is called without operations; none by undefined. */
  readonly called?: number;
  readonly operations?: Operation[];
  readonly hasAuth?: boolean;
}

function findings({ inMesh, requests, connections, called, operations, hasAuth }: Shop) {
  const shop = new Topology('shop');
  const cart = shop.addService('cart', {
    image: 'example/cart:1',
    inMesh,
    port: requests ?? Port.http(80, { target: 8080 }),
    ports: [connections ?? Port.tcp(81, { target: 8080 })],
  });
  const [web, job] = ['web', 'job'].map(name => shop.addService(name, { image: 'example/web:1' }));
  if (hasAuth) {
    cart.requireAuth({ auth: JWT });
  }
  web?.calls(cart, { port: 80, allowedOperations: operations });
  if (called !== undefined) {
    job?.calls(cart, { port: called });
  }
  return sharedTargets(shop);
}

test.each<[string, Shop, number]>([
  ['operations', { called: 81, operations: [GET] }, 1],
  ['tokens', { called: 81, hasAuth: true }, 1],
  ['neither', { called: 81 }, 0],
  ['operations, where the other port is not called', { operations: [GET] }, 0],
  ['operations, with a target of its own', { called: 81, operations: [GET], connections: Port.tcp(81) }, 0],
  [
    'operations, beside another port for requests',
    { called: 81, operations: [GET], connections: Port.http(81, { name: 'b', target: 8080 }) },
    0,
  ],
  ['operations, without a proxy', { called: 81, operations: [GET], inMesh: false }, 0],
])('connections to a port of pods that has requests limited by %s', (_name, shop, count) => {
  expect(findings(shop)).toHaveLength(count);
});

test('the finding has both ports, that of the pods, and the fix', () => {
  expect(findings({ called: 81, operations: [GET] })).toEqual([
    {
      id: 'UnguardedOperations',
      severity: 'error',
      path: 'shop/cart',
      message:
        'Ports 80 and 81 are port 8080 of its pods, where policies for connections to port 81 allow every request to '
        + 'port 80, without a token and beyond `allowedOperations`.',
      fix: 'Give port 81 a `target` of its own, or remove it.',
    },
  ]);
});

test('peers count as callers do', () => {
  const shop = new Topology('shop');
  const port = Port.http(80, { target: 8080 });
  const cart = shop.addService('cart', { image: 'example/cart:1', port, ports: [Port.tcp(81, { target: 8080 })] });
  const peer = Peer.serviceAccount({ namespace: 'tools', name: 'cli' });
  cart.allowFrom(peer, { port: 80, allowedOperations: [GET] });
  expect(sharedTargets(shop)).toEqual([]);
  cart.allowFrom(peer, { port: 81 });
  expect(sharedTargets(shop)).toHaveLength(1);
});

test.each<[string, TopologyChartProps['mesh'], number]>([
  ['in a mesh', Mesh.istio(), 1],
  ['without one', Mesh.none(), 0],
])('a chart has the finding %s', (_name, mesh, count) => {
  const topology = new Topology('shop');
  const port = Port.http(80, { target: 8080 });
  const cart = topology.addService('cart', { image: 'example/cart:1', port, ports: [Port.tcp(81, { target: 8080 })] });
  const web = topology.addService('web', { image: 'example/web:1' });
  web.calls(cart, { port: 80, allowedOperations: [GET] });
  web.calls(cart, { port: 81 });
  const { findings: found } = new TopologyChart(new ClusterApp(), 'shop', { topology, mesh });
  expect(found.filter(each => each.id === 'UnguardedOperations')).toHaveLength(count);
});
