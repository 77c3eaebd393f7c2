import { Port, Topology, WorkloadKind } from '../../lib';
import { one, plain, render, type Rendered } from '../istio/support';

const PART_OF = 'app.kubernetes.io/part-of';
const MANAGED_BY = 'app.kubernetes.io/managed-by';
const NAME = 'app.kubernetes.io/name';
const VERSION = 'app.kubernetes.io/version';

function shop(): Rendered[] {
  const topology = new Topology('shop');
  const web = plain(topology, 'web', { image: 'example.org/web:1.2' });
  const egress = topology.addEgressGateway('egress');
  web.calls(topology.addExternalService('bank', { host: 'bank.example', port: Port.tls(443), egressGateway: egress }));
  topology.addEdge('door', { host: 'shop.example' }).route('GET /', web);
  return render(topology);
}

function workloadLabels(image: string): Record<string, string> | undefined {
  const topology = new Topology('shop');
  plain(topology, 'web', { image });
  return one(render(topology), 'Deployment', 'web-v1').metadata.labels;
}

test('every object is labelled with its topology and with what renders it', () => {
  shop().forEach(({ metadata }) => {
    expect(metadata.labels).toMatchObject({ [PART_OF]: 'shop', [MANAGED_BY]: 'cdk8s-cardinal' });
  });
});

test.each([
  ['NetworkPolicy', 'web', 'web'],
  ['AuthorizationPolicy', 'web', 'web'],
  ['Sidecar', 'web', 'web'],
  ['PodDisruptionBudget', 'web', 'web'],
  ['ServiceEntry', 'bank', 'bank'],
  ['Gateway', 'door', 'door'],
  ['HTTPRoute', 'door', 'door'],
  ['Deployment', 'egress', 'egress'],
])('%s %s is labelled with the name of what it belongs to', (kind, name, item) => {
  expect(one(shop(), kind, name).metadata.labels).toMatchObject({ [NAME]: item });
});

test.each(['web-v1', 'egress'])(
  'the pods of %s have the labels that name their application, and no selector has them',
  name => {
    const { spec } = one(shop(), 'Deployment', name);
    const labels = spec.template.metadata.labels as Record<string, string>;
    expect(labels).toMatchObject({
      [NAME]: name.replace('-v1', ''),
      [PART_OF]: 'shop',
      [MANAGED_BY]: 'cdk8s-cardinal',
    });
    expect(
      Object.keys(spec.selector.matchLabels as object).filter(label => label.startsWith('app.kubernetes.io')),
    ).toEqual([]);
  },
);

test.each([
  ['example.org/web:1.2', '1.2'],
  ['registry.example:5000/web:v3', 'v3'],
  [`example.org/web:1.2@sha256:${'a'.repeat(64)}`, '1.2'],
  [`example.org/web@sha256:${'a'.repeat(64)}`, undefined],
  ['registry.example:5000/web', undefined],
  ['example.org/web', undefined],
  ['example.org/web:1.2-', undefined],
  [`example.org/web:${'1'.repeat(63)}`, '1'.repeat(63)],
  [`example.org/web:${'1'.repeat(64)}`, undefined],
])('the workload of image %s is labelled with the version %s', (image, version) => {
  expect(workloadLabels(image)?.[VERSION]).toBe(version);
});

test('pods have no label with the tag of their image, which Istio would read as the revision', () => {
  const { labels } = one(shop(), 'Deployment', 'web-v1').spec.template.metadata;
  expect(labels).toMatchObject({ version: 'v1' });
  expect(labels).not.toHaveProperty([VERSION]);
});

test('a declared version is kept', () => {
  const topology = new Topology('shop');
  plain(topology, 'db', { workload: WorkloadKind.statefulSet(), metadata: { labels: { [VERSION]: '17' } } });
  expect(one(render(topology), 'StatefulSet', 'db').metadata.labels).toMatchObject({ [VERSION]: '17' });
});
