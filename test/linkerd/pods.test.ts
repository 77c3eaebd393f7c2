import { Port, type ServiceProps, Topology, WorkloadKind } from '../../lib';
import { linkerd } from './support';

const NATIVE_SIDECAR = 'config.alpha.linkerd.io/proxy-enable-native-sidecar';
const image = 'example/jobs:1';

function annotationsOf(kind: string, props: Partial<ServiceProps>): Record<string, string> {
  const shop = new Topology('shop');
  shop.addService('jobs', { image, ...props });
  const spec = linkerd(shop).find(each => each.kind === kind)?.spec;
  return (spec.jobTemplate?.spec ?? spec).template.metadata.annotations ?? {};
}

const initContainers = [{ name: 'wait', image }];

test.each<[string, string, Partial<ServiceProps>]>([
  ['a Job', 'Job', { workload: WorkloadKind.job() }],
  ['a CronJob', 'CronJob', { workload: WorkloadKind.cronJob({ schedule: '@daily' }) }],
  ['a Deployment with init containers', 'Deployment', { initContainers }],
])('the proxy of %s is a native sidecar, by the annotation that Linkerd 2.18 to 2.20 read', (_title, kind, props) => {
  expect(annotationsOf(kind, props)).toMatchObject({ [NATIVE_SIDECAR]: 'true' });
});

test.each<[string, string, Partial<ServiceProps>]>([
  ['a Deployment', 'Deployment', { port: Port.http(80) }],
  ['a Job outside the mesh', 'Job', { workload: WorkloadKind.job(), inMesh: false }],
])('%s has no annotation for native sidecars', (_title, kind, props) => {
  expect(annotationsOf(kind, props)).not.toHaveProperty([NATIVE_SIDECAR]);
});

test('a setting that the proxy of Linkerd does not have is an error with a fix that works', () => {
  expect(() => annotationsOf('Deployment', { proxy: { concurrency: 2 } })).toThrow(
    'Leave it out, or add the annotation of Linkerd with a JsonPatch of `chart.object(…)`. (NotRendered)',
  );
});
