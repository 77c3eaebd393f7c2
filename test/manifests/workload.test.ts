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

test('an object that a controller has made is a part of its controller', () => {
  const owned = 'metadata: { name: a, namespace: shop, labels: { app: a }, ownerReferences: [{ controller: true }] }';
  expect(workloadsOf(`apiVersion: v1\nkind: Pod\n${owned}\n`)).toEqual([]);
});
