import {
  Cluster,
  hasLabels,
  type Labels,
  mayHaveLabels,
  NetworkPolicies,
  resourcesOf,
  selects,
} from '../../lib/manifests';
import { ByLabel } from '../../lib/manifests/by-label';

const workload = (apiVersion: string, kind: string, spec: object, labels: object = { app: 'db' }) => ({
  apiVersion,
  kind,
  metadata: { name: 'main', namespace: 'shop' },
  spec: { ...spec, template: { metadata: { labels }, spec: {} } },
});
const set = (spec: object = { replicas: 2 }) => workload('apps/v1', 'StatefulSet', spec);
const job = (spec: object = {}, labels: object = {}) => workload('batch/v1', 'Job', spec, labels);
const cronJob = (spec: object = {}) => ({
  ...job(),
  kind: 'CronJob',
  spec: { jobTemplate: { spec: job(spec).spec } },
});
const indexed = { completionMode: 'Indexed', completions: 2 };
const NAME = 'statefulset.kubernetes.io/pod-name';
const INDEX = 'apps.kubernetes.io/pod-index';
const COMPLETION = 'batch.kubernetes.io/job-completion-index';
const CANONICAL = 'service.istio.io/canonical-name';
const REVISION = 'service.istio.io/canonical-revision';

test.each<[string, object, string, string, boolean]>([
  ['the first Pod', set(), NAME, 'main-0', true],
  ['the last Pod', set(), NAME, 'main-1', true],
  ['a Pod beyond the replicas', set(), NAME, 'main-2', false],
  ['a Pod of another StatefulSet', set(), NAME, 'other-0', false],
  ['a Pod with a number that is none', set(), NAME, 'main-01', false],
  ['a Pod of any number without replicas', set({}), NAME, 'main-7', true],
  ['a Pod of a StatefulSet without any for now', set({ replicas: 0 }), NAME, 'main-0', true],
  ['a Pod before the first number', set({ replicas: 2, ordinals: { start: 5 } }), NAME, 'main-4', false],
  ['a Pod after the first number', set({ replicas: 2, ordinals: { start: 5 } }), NAME, 'main-6', true],
  ['an index', set(), INDEX, '1', true],
  ['an index beyond the replicas', set(), INDEX, '2', false],
  ['a revision of a StatefulSet', set(), 'controller-revision-hash', 'main-5b', true],
  ['a revision of a DaemonSet', workload('apps/v1', 'DaemonSet', {}), 'controller-revision-hash', '5b', true],
  ['a generation of a DaemonSet', workload('apps/v1', 'DaemonSet', {}), 'pod-template-generation', '1', true],
  ['a hash of a Deployment', workload('apps/v1', 'Deployment', {}), 'pod-template-hash', '5b', true],
  ['an empty hash', workload('apps/v1', 'Deployment', {}), 'pod-template-hash', '', false],
  ['a hash of a ReplicaSet', workload('apps/v1', 'ReplicaSet', {}), 'pod-template-hash', '5b', false],
  ['a hash of a Rollout', workload('argoproj.io/v1alpha1', 'Rollout', {}), 'rollouts-pod-template-hash', '5b', true],
  ['a pod name of a Deployment', workload('apps/v1', 'Deployment', {}), NAME, 'main-0', false],
  ['the name of a Job', job(), 'batch.kubernetes.io/job-name', 'main', true],
  ['the old label for the name of a Job', job(), 'job-name', 'main', true],
  ['the name of another Job', job(), 'job-name', 'main-1', false],
  ['the name of a Job with its own selector', job({ manualSelector: true }), 'job-name', 'main', false],
  ['an identifier of a Job', job(), 'batch.kubernetes.io/controller-uid', 'a-b', true],
  ['the old label for an identifier of a Job', job(), 'controller-uid', 'a-b', true],
  ['an index of a Job', job(indexed), COMPLETION, '1', true],
  ['an index beyond the completions of a Job', job(indexed), COMPLETION, '2', false],
  ['an index of a Job without indexes', job({ completions: 2 }), COMPLETION, '1', false],
  ['the name of a Job of a CronJob', cronJob(), 'job-name', 'main-29384756', true],
  ['the name of a CronJob', cronJob(), 'job-name', 'main', false],
  ['an index of a Job of a CronJob', cronJob(indexed), COMPLETION, '1', true],
  ['an index of a Job of a CronJob without indexes', cronJob({ completions: 2 }), COMPLETION, '1', false],
  ['the canonical name by app', set(), CANONICAL, 'db', true],
  ['another canonical name', set(), CANONICAL, 'main', false],
  ['the canonical name by the workload', job(), CANONICAL, 'main', true],
  ['the canonical name by its label', job({}, { app: 'a', 'app.kubernetes.io/name': 'b' }), CANONICAL, 'b', true],
  ['a canonical name of the template', job({}, { app: 'a', [CANONICAL]: 'b' }), CANONICAL, 'b', true],
  ['the canonical name that a template replaces', job({}, { app: 'a', [CANONICAL]: 'b' }), CANONICAL, 'a', false],
  ['a long canonical name', job({}, { app: `${'a'.repeat(62)}-b` }), CANONICAL, 'a'.repeat(62), true],
  ['the latest revision', job(), REVISION, 'latest', true],
  ['the revision by version', job({}, { version: 'v1' }), REVISION, 'v1', true],
  ['the revision by its label', job({}, { version: 'v1', 'app.kubernetes.io/version': '2' }), REVISION, '2', true],
  ['the mode of TLS', set(), 'security.istio.io/tlsMode', 'istio', true],
  ['another mode of TLS', set(), 'security.istio.io/tlsMode', 'disabled', false],
])('a selector of %s is for the Pods or not', (_name, object, label, value, expected) => {
  const { workloads } = clusterOf(object);
  const [only] = workloads.all;
  expect(workloads.select({ [label]: value }, 'shop')).toEqual(expected ? [only] : []);
  expect(workloads.select({ [label]: value })).toEqual(expected ? [only] : []);
});

test.each<[string, string, object, boolean]>([
  ['In a value of some Pods', NAME, { operator: 'In', values: ['other-0', 'main-1'] }, false],
  ['In a value of all Pods', 'controller-revision-hash', { operator: 'In', values: ['x', 'y'] }, true],
  ['In other values', NAME, { operator: 'In', values: ['other-0'] }, false],
  ['NotIn some of the values', NAME, { operator: 'NotIn', values: ['main-0'] }, true],
  ['Exists', NAME, { operator: 'Exists' }, true],
  ['DoesNotExist', NAME, { operator: 'DoesNotExist' }, false],
  ['Exists of a label that the injector adds', CANONICAL, { operator: 'Exists' }, true],
  ['DoesNotExist of a label that the injector may not add', CANONICAL, { operator: 'DoesNotExist' }, true],
  ['Exists of a label that is not added', 'job-name', { operator: 'Exists' }, false],
  ['DoesNotExist of a label that is not added', 'job-name', { operator: 'DoesNotExist' }, true],
])('an expression with %s of added labels is for the Pods or not', (_name, key, expression, expected) => {
  const [only] = clusterOf(set()).workloads.all;
  const [policy] = resourcesOf([
    {
      apiVersion: 'v1',
      kind: 'A',
      metadata: { name: 'a' },
      spec: { podSelector: { matchExpressions: [{ key, ...expression }] } },
    },
  ]);
  expect(policy && only && selects(policy.spec.get('podSelector'), only.labels)).toBe(expected);
});

test.each<[string, object, string, string, boolean, boolean]>([
  ['one of two Pods', set(), NAME, 'main-1', false, true],
  ['the only Pod', set({ replicas: 1 }), NAME, 'main-0', true, true],
  ['a hash', set(), 'controller-revision-hash', 'x', true, true],
  ['no Pod', set(), NAME, 'main-2', false, false],
  ['a label of the template', set(), 'app', 'db', true, true],
  ['another value of the template', set(), 'app', 'web', false, false],
])('the label of %s is of all Pods, or of some', (_name, object, name, value, all, some) => {
  const [only] = clusterOf(object).workloads.all;
  const selector = { [name]: value };
  expect(only && [hasLabels(only.labels, selector), mayHaveLabels(only.labels, selector)]).toEqual([all, some]);
});

test('policies distinguish workloads by labels that all of their Pods have', () => {
  const names = (names: string[], spec: object, label: string) => {
    const policy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'a', namespace: 'shop' },
      spec: { podSelector: { matchLabels: { [label]: 'x' } } },
    };
    const sets = names.map(name => ({ ...set(spec), metadata: { name, namespace: 'shop' } }));
    const cluster = new Cluster(resourcesOf([policy, ...sets]));
    return new Set(cluster.workloads.all.map(each => NetworkPolicies.of(cluster).groupOf(each))).size;
  };
  expect([
    names(['a', 'b'], { replicas: 1 }, NAME),
    names(['a', 'b'], { replicas: 2 }, NAME),
    names(['a', 'b'], { replicas: 1 }, 'app'),
  ]).toEqual([2, 1, 1]);
});

test('an object that selects Pods by added labels is one candidate for them', () => {
  const [only] = clusterOf(set()).workloads.all;
  const [policy] = resourcesOf([{ apiVersion: 'v1', kind: 'A', metadata: { name: 'a', namespace: 'shop' } }]);
  const byLabel = (demanded: Labels, oneOf: [string, string][] = []) =>
    new ByLabel(
      policy ? [policy] : [],
      () => demanded,
      () => oneOf,
    ).candidates('shop', only?.labels ?? {});
  expect(byLabel({ [NAME]: 'main-1' })).toEqual([policy]);
  expect(byLabel({ [NAME]: 'other-1' })).toEqual([]);
  expect(
    byLabel({}, [
      [NAME, 'main-0'],
      [NAME, 'main-1'],
    ]),
  ).toEqual([policy]);
});

function clusterOf(object: object): Cluster {
  return new Cluster(resourcesOf([object] as Parameters<typeof resourcesOf>[0]));
}
