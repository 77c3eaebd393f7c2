import fc from 'fast-check';
import { boutique } from '../../../bin/boutique';
import {
  ClusterApp,
  IstioInstallation,
  Mesh,
  Operation,
  Port,
  type Target,
  Topology,
  TopologyChart,
} from '../../../lib';
import { Manifests, Traffic } from '../../../lib/testing';
import { plain } from '../../istio/support';

function trafficOf(topology: Topology, mesh: Target = Mesh.istio()): Traffic {
  const app = new ClusterApp();
  new IstioInstallation(app, 'istio');
  new TopologyChart(app, topology.name, { topology, mesh });
  return Traffic.of(Manifests.ofApp(app), { namespaceLabels: { odd: {} } });
}

const shop = trafficOf(boutique);
const services = [...boutique.services.values()];

test('in the boutique exactly the declared calls reach their services', () => {
  const matrix = shop.matrix();
  const reached = new Set(
    matrix.reaches.map(({ from, to }) => `${unversioned(from)} → ${unversioned(to.split(':')[0] ?? '')}`),
  );
  const declared = services.flatMap(caller =>
    caller.outgoingCalls.map(({ callee }) => `boutique/${caller.name} → boutique/${callee.name}`),
  );
  expect([...reached].sort()).toEqual([...new Set([...declared, 'internet → boutique/frontend'])].sort());
});

test('a payment is split as declared, and no other caller can make one', () => {
  const charge = shop.from('checkoutservice').grpc('paymentservice', 'Charge');
  charge.expectSplit({ v1: 90, v2: 10 });
  expect([charge.timeout, charge.retries, charge.perTryTimeout]).toEqual([3000, 2, 900]);
  shop.from('frontend').grpc('paymentservice', 'Charge').expectDenied();
});

test('customers reach the pages of the shop alone, over https', () => {
  shop.fromInternet('GET https://shop.example/product/1').expectRoutedTo('frontend');
  shop.fromInternet('GET https://shop.example/_healthz').expectDenied(404);
  shop.fromInternet('GET http://shop.example/product/1').expectRedirectedTo('https://shop.example/product/1');
  shop.fromInternet('GET https://other.example/').expectDenied();
});

const calls = fc.uniqueArray(
  fc.tuple(fc.nat(4), fc.nat(4)).filter(([a, b]) => a !== b),
  { selector: ([a, b]) => `${a} ${b}`, maxLength: 10 },
);

test.each<[string, Target]>([
  ['Istio', Mesh.istio()],
  ['ambient mode', Mesh.ambient()],
  ['no mesh', Mesh.none()],
])('with %s exactly the declared calls of any topology arrive', (_name, mesh) => {
  fc.assert(
    fc.property(calls, declared => {
      const topology = new Topology('any');
      const all = Array.from({ length: 5 }, (_, index) =>
        plain(topology, `s${index}`, {
          namespace: index % 2 ? 'odd' : undefined,
          port: Port.http(80, { target: 8080 }),
          versions: index === 3 ? { v1: {}, v2: {} } : undefined,
        }),
      );
      declared.forEach(([from, to]) => all[from]?.calls(all[to] ?? never()));
      const traffic = trafficOf(topology, mesh);

      all.forEach((from, a) =>
        all.forEach((to, b) => {
          const result = traffic.from(`${from.namespace}/${from.name}`).http(`GET http://${to.name}.${to.namespace}/`);
          expect([a, b, result.outcomes.every(each => each.destination !== '')]).toEqual([
            a,
            b,
            declared.some(([x, y]) => x === a && y === b),
          ]);
        }),
      );
    }),
    { numRuns: 8 },
  );
});

test('of a callee whose operations are named one by one only those are reached', () => {
  const topology = new Topology('any');
  const [web, cart] = [plain(topology, 'web'), plain(topology, 'cart')];
  web.calls(cart, { allowedOperations: [Operation.http('GET /items/{id}')] });
  const from = trafficOf(topology).from('web');
  from.http('GET http://cart/items/1').expectAllowed();
  from.http('POST http://cart/items/1').expectDenied(403);
  from.http('GET http://cart/items/1/parts').expectDenied(403);
});

test('a change of a declaration is reported in words', () => {
  const declare = (v1: number) => {
    const topology = new Topology('any');
    const [web, cart] = [plain(topology, 'web'), plain(topology, 'cart', { versions: { v1: {}, v2: {} } })];
    web.calls(cart);
    cart.split({ v1, v2: 100 - v1 });
    return trafficOf(topology);
  };
  expect(Traffic.diff(declare(90), declare(80))).toEqual([
    expect.stringMatching(
      /^any\/web-v1 → cart\.any:80: 90% any\/cart-v1:\d+.*, 10% any\/cart-v2:\d+.* → 80% any\/cart-v1/,
    ),
  ]);
});

function unversioned(workload: string): string {
  return workload.replace(/-v\d+$/, '');
}

function never(): never {
  throw new Error('there are five services');
}
