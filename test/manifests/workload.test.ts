import { Cluster, loadResources } from '../../lib/manifests';

const TEXT = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: 0
  template: { metadata: { labels: { app: web } }, spec: { serviceAccountName: web } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: other }
spec: { template: { metadata: { labels: { app: web } } } }
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: { name: web, namespace: shop }
spec:
  replicas: 3
  workloadRef: { apiVersion: apps/v1, kind: Deployment, name: web }
`;

const workloadsOf = (text: string) =>
  new Cluster(loadResources(text, { file: 'a.yaml', namespace: 'default' })).workloads.all.map(
    ({ resource, namespace, labels, replicas, serviceAccount }) =>
      `${resource.kind} ${namespace} ${labels.app ?? '-'} ${replicas} ${serviceAccount}`,
  );

test('a Rollout that refers to a Deployment runs Pods of its template, with replicas of its own', () => {
  expect(workloadsOf(TEXT)).toEqual(['Deployment other web 1 default', 'Rollout shop web 3 web']);
});

test('a Rollout with a template of its own, and one whose Deployment is not declared, stand for themselves', () => {
  const own = TEXT.replace(
    '  workloadRef: { apiVersion: apps/v1, kind: Deployment, name: web }',
    '  template: { metadata: { labels: { app: own } } }',
  );
  expect(workloadsOf(own)).toEqual([
    'Deployment shop web 0 web',
    'Deployment other web 1 default',
    'Rollout shop own 3 default',
  ]);
  expect(workloadsOf(TEXT.replace('kind: Deployment, name: web', 'kind: Deployment, name: x'))).toEqual([
    'Deployment shop web 0 web',
    'Deployment other web 1 default',
    'Rollout shop - 3 default',
  ]);
});

test.each([
  ['StatefulSet', 'apps/v1', 'template: '],
  ['DaemonSet', 'apps/v1', 'template: '],
  ['ReplicaSet', 'apps/v1', 'template: '],
  ['Job', 'batch/v1', 'template: '],
  ['CronJob', 'batch/v1', 'jobTemplate: { spec: { template: '],
])('a %s is a workload', (kind, apiVersion, template) => {
  const close = kind === 'CronJob' ? ' } }' : '';
  const text = `
apiVersion: ${apiVersion}
kind: ${kind}
metadata: { name: web, namespace: shop }
spec: { ${template}{ metadata: { labels: { app: web } } }${close} }
`;
  expect(workloadsOf(text)).toEqual([`${kind} shop web 1 default`]);
});

const POD = (owner: string, labels = '') => `
apiVersion: v1
kind: Pod
metadata:
  name: web-5d8-x
  namespace: shop
  labels: { app: web${labels} }
  ownerReferences: [{ apiVersion: apps/v1, ${owner} }]
`;
const SET = `---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: web, namespace: shop }
spec: { template: { metadata: { labels: { app: web } } } }
`;

test('a Pod that a workload has made is a part of it', () => {
  const pod = POD('kind: StatefulSet, name: web, controller: true');
  expect(workloadsOf(pod + SET)).toEqual(['StatefulSet shop web 1 default']);
  expect(workloadsOf(pod + SET.replace('namespace: shop', 'namespace: other'))).toHaveLength(2);
  expect(workloadsOf(pod + SET.replace('name: web', 'name: api'))).toHaveLength(2);
});

test('a Pod whose controller is not read, or that has an owner which does not control it, is a workload', () => {
  expect(workloadsOf(POD('kind: CloneSet, name: web, controller: true') + SET)).toHaveLength(2);
  expect(workloadsOf(POD('kind: StatefulSet, name: web') + SET)).toHaveLength(2);
});

test.each([
  ['Deployment', 'apps/v1'],
  ['Rollout', 'argoproj.io/v1alpha1'],
])('a Pod of a ReplicaSet that is not read is a part of its %s', (kind, apiVersion) => {
  const pod = POD('kind: ReplicaSet, name: web-5d8, controller: true', ', pod-template-hash: 5d8');
  const owner = SET.replace('StatefulSet', kind).replace('apps/v1', apiVersion);
  expect(workloadsOf(pod + owner)).toEqual([`${kind} shop web 1 default`]);
  expect(workloadsOf(pod + owner.replace('name: web', 'name: api'))).toHaveLength(2);
});
