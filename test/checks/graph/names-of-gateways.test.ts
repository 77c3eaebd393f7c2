import { ClusterApp, Mesh, Operation, Port, type Target, Topology, TopologyChart } from '../../../lib';
import { EnvoyGateway } from '../../../lib/gateway';
import { plain } from '../../istio/support';

/** The paths of what has the name of the gateway of shop/door. */
function found(declare: (shop: Topology) => unknown, mesh: Target = Mesh.istio()): string[] {
  const shop = new Topology('shop');
  shop.addEdge('door', { host: 'shop.example' }).route('GET /', plain(shop, 'web'));
  declare(shop);
  return new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh }).findings
    .filter(({ id, severity }) => id === 'NameOfGateway' && severity === 'error')
    .map(({ path }) => path);
}

const existing = { port: Port.http(80), existingWorkload: { labels: { app: 'old' }, serviceAccount: 'door-istio' } };

test.each<[string, (shop: Topology) => unknown, string[]]>([
  ['a service', shop => plain(shop, 'door-istio'), ['shop/door-istio']],
  ['the ServiceAccount of pods that exist', shop => shop.addService('old', existing), ['shop/old']],
  ['the Deployment of a version', shop => plain(shop, 'do', { versions: { 'or-istio': {} } }), []],
  [
    'the Deployment of a service with "-" in its version',
    shop => {
      shop.addEdge('a-b', { host: 'ab.example' }).route('GET /', plain(shop, 'a', { versions: { 'b-istio': {} } }));
    },
    ['shop/a'],
  ],
  ['a service of another namespace', shop => plain(shop, 'door-istio', { namespace: 'other' }), []],
  ['a service of another name', shop => plain(shop, 'door-istio-2'), []],
])("%s with the name of Istio's gateway is found where the gateway is", (_what, declare, paths) => {
  expect(found(declare)).toEqual(paths);
});

test('two edges whose gateways Envoy Gateway would give one name are found', () => {
  const declare = (namespace: string) => (shop: Topology) => {
    shop.addEdge('b-c', { host: 'b.example', namespace: 'a' }).route('GET /', plain(shop, 'b'));
    shop.addEdge('c', { host: 'c.example', namespace }).route('GET /', plain(shop, 'c'));
  };
  const mesh = Mesh.none({ gateway: new EnvoyGateway() });

  expect(found(declare('a-b'), mesh)).toEqual(['shop/b-c']);
  expect(found(declare('a'), mesh)).toEqual([]);
});

test.each<[string, (shop: Topology) => unknown, string[]]>([
  ['a ServiceAccount', shop => plain(shop, 'old', { serviceAccount: { name: 'waypoint' } }), ['shop/old']],
  ['the Deployment of a version', shop => plain(shop, 'way', { versions: { point: {} } }), []],
  [
    'a ServiceAccount of another namespace',
    shop => plain(shop, 'old', { namespace: 'other', serviceAccount: { name: 'waypoint' } }),
    [],
  ],
])('%s with the name of a waypoint is found once where there is one', (_what, declare, paths) => {
  const withWaypoint = (shop: Topology) => {
    const bank = shop.addExternalService('bank', { host: 'bank.example', port: Port.http(80) });
    const limited = plain(shop, 'limited', { deniedOperations: [Operation.http('GET /admin')] });
    const caller = plain(shop, 'caller');
    caller.calls(bank);
    caller.calls(limited);
    declare(shop);
  };

  expect(found(withWaypoint, Mesh.ambient())).toEqual(paths);
  expect(found(declare, Mesh.ambient())).toEqual([]);
  expect(found(withWaypoint)).toEqual([]);
});
