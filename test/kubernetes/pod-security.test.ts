import { Testing } from 'cdk8s';
import { ClusterApp, Mesh, Operation, type ServiceProps, type Target, Topology, TopologyChart } from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { one, plain, type Rendered } from '../istio/support';

const image = 'example/x:1';

function levelFor(props: ServiceProps, enforcePodSecurity?: boolean): string | undefined {
  const shop = new Topology('shop');
  shop.addNamespace('other');
  plain(shop, 'web', { namespace: 'other' });
  plain(shop, 'cart', props);
  const objects = Testing.synth(
    new TopologyChart(new ClusterApp(), 'test', { topology: shop, enforcePodSecurity }),
  ) as Rendered[];
  expect(one(objects, 'Namespace', 'other').metadata.labels?.['pod-security.kubernetes.io/enforce']).toBe(
    enforcePodSecurity ? 'restricted' : undefined,
  );
  return one(objects, 'Namespace', 'shop').metadata.labels?.['pod-security.kubernetes.io/enforce'];
}

test.each<[string, ServiceProps, string]>([
  ['nothing further', {}, 'restricted'],
  ['a low port', { securityContext: { capabilities: ['NET_BIND_SERVICE'] } }, 'restricted'],
  ['root', { securityContext: { runAsRoot: 'x' } }, 'baseline'],
  ['another capability', { securityContext: { capabilities: ['CHOWN'] } }, 'baseline'],
  [
    'root before the others',
    { initContainers: [{ name: 'a', image, securityContext: { runAsRoot: 'x' } }] },
    'baseline',
  ],
  ['root beside it', { containers: [{ name: 'a', image, securityContext: { runAsRoot: 'x' } }] }, 'baseline'],
  ['root of a version', { versions: { v1: {}, v2: { securityContext: { runAsRoot: 'x' } } } }, 'baseline'],
])('a namespace whose service needs %s enforces the level that it complies with', (_name, props, level) => {
  expect(levelFor(props, true)).toBe(level);
});

test('workloads below the level are warned about, and rejected only if that is declared', () => {
  const shop = new Topology('shop');
  plain(shop, 'web');
  const chart = new TopologyChart(new ClusterApp(), 'test', { topology: shop });
  const { labels } = one(Testing.synth(chart) as Rendered[], 'Namespace', 'shop').metadata;
  expect(labels).toMatchObject({ 'pod-security.kubernetes.io/warn': 'restricted' });
  expect(labels).not.toHaveProperty(['pod-security.kubernetes.io/enforce']);
});

test.each<[string, Target, string]>([
  ["a gateway of Istio's, whose pods have no seccomp profile", Mesh.istio(), 'baseline'],
  ["a gateway of Istio's in ambient mode", Mesh.ambient(), 'baseline'],
  ['a gateway whose pods are in another namespace', Mesh.none({ gateway: new EnvoyGateway() }), 'restricted'],
])('a namespace with %s has the level of all its pods', (_name, mesh, level) => {
  const shop = new Topology('shop');
  shop.addEdge('door', { host: 'shop.example' }).route('GET /', plain(shop, 'web'));
  const chart = new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh, enforcePodSecurity: true });
  expect(one(Testing.synth(chart) as Rendered[], 'Namespace', 'shop').metadata.labels).toMatchObject({
    'pod-security.kubernetes.io/enforce': level,
    'pod-security.kubernetes.io/warn': level,
  });
});

test.each([
  [true, 'baseline'],
  [false, 'restricted'],
])('a namespace with a waypoint (%s) has the level of all its pods', (hasWaypoint, level) => {
  const shop = new Topology('shop');
  const allowedOperations = hasWaypoint ? [Operation.http('GET /')] : undefined;
  plain(shop, 'web').calls(plain(shop, 'cart'), { allowedOperations });
  const chart = new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh: Mesh.ambient() });
  expect(one(Testing.synth(chart) as Rendered[], 'Namespace', 'shop').metadata.labels).toMatchObject({
    'pod-security.kubernetes.io/warn': level,
  });
});
