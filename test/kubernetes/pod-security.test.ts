import { Testing } from 'cdk8s';
import { ClusterApp, type ServiceProps, Topology, TopologyChart } from '../../lib';
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

test('no level is enforced unless it is declared', () => {
  expect(levelFor({})).toBeUndefined();
});
