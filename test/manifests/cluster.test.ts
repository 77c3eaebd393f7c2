import fc from 'fast-check';
import {
  Cluster,
  type ClusterProps,
  covers,
  fullHost,
  hasLabels,
  hostsMeet,
  Kind,
  loadResources,
  Membership,
  membershipOf,
  selects,
} from '../../lib/manifests';

const cluster = (text: string, props?: ClusterProps) =>
  new Cluster(loadResources(text, { file: 'a.yaml', namespace: 'shop' }), props);
const host = (kind: string, name: string, namespace: string, spec: string, annotations = '{}') =>
  `---\n{apiVersion: ${kind === 'Service' ? 'v1' : 'networking.istio.io/v1'}, kind: ${kind}, metadata: `
  + `{name: ${name}, namespace: ${namespace}, annotations: ${annotations}}, spec: ${spec}}\n`;

const HOSTS = cluster(
  [
    host('Service', 'web', 'shop', '{}'),
    host('Service', 'own', 'shop', '{}', '{networking.istio.io/exportTo: "."}'),
    host('ServiceEntry', 'all', 'shop', '{hosts: ["*.example", a.b.example]}'),
    host('ServiceEntry', 'some', 'shop', '{hosts: [c.other], exportTo: [bank]}'),
  ].join(''),
);

test.each([
  ['a short name in its own namespace', 'web', 'shop', 'shop/web'],
  ['a short name elsewhere', 'web', 'bank', undefined],
  ['a full name elsewhere', 'web.shop.svc.cluster.local', 'bank', 'shop/web'],
  ['half a name', 'web.shop', 'shop', undefined],
  ['what is exported to its namespace only, from there', 'own', 'shop', 'shop/own'],
  ['what is exported to its namespace only, from elsewhere', 'own.shop.svc.cluster.local', 'bank', undefined],
  ['a name under a wildcard', 'x.y.example', 'bank', 'shop/all'],
  ['a wildcard under a wildcard', '*.y.example', 'bank', 'shop/all'],
  ['the domain of a wildcard itself', 'example', 'bank', undefined],
  ['what is exported to a namespace, from there', 'c.other', 'bank', 'shop/some'],
  ['what is exported to a namespace, from its own', 'c.other', 'shop', undefined],
])('%s', (_name, name, namespace, key) => {
  expect(HOSTS.hosts.find(name, namespace)?.resource.key).toBe(key);
});

test('the domain of a cluster is its own', () => {
  const { hosts } = cluster(host('Service', 'web', 'shop', '{}'), { clusterDomain: 'corp.example' });
  expect([
    hosts.find('web.shop.svc.corp.example', 'bank')?.name,
    hosts.find('web.shop.svc.cluster.local', 'bank'),
  ]).toEqual(['web.shop.svc.corp.example', undefined]);
});

const name = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 }).map(parts => parts.join('.'));
const pattern = fc.oneof(
  name,
  name.map(each => `*.${each}`),
  fc.constant('*'),
);

test('a host covers itself and overlaps each host that it covers, from both sides', () => {
  fc.assert(
    fc.property(pattern, pattern, (one, other) => {
      expect(covers(one, one)).toBe(true);
      expect(hostsMeet(one, other)).toBe(hostsMeet(other, one));
      expect(!covers(one, other) || hostsMeet(one, other)).toBe(true);
    }),
  );
});

test('a host is found among many exactly if one of them covers it', () => {
  fc.assert(
    fc.property(fc.uniqueArray(pattern, { minLength: 1, maxLength: 5 }), name, (declared, asked) => {
      const { hosts } = cluster(
        host(
          'ServiceEntry',
          'all',
          'shop',
          `{hosts: ${JSON.stringify(declared.filter(each => each.includes('.') || each === '*'))}}`,
        ),
      );
      const full = fullHost(asked, 'shop');
      expect(hosts.find(asked, 'shop') !== undefined).toBe(hosts.all.some(each => covers(each.name, full)));
    }),
  );
});

test('a selector selects the workloads that have all its labels, in its namespace', () => {
  const labels = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'));
  fc.assert(
    fc.property(
      fc.array(fc.record({ labels, namespace: fc.constantFrom('x', 'y') }), { maxLength: 8 }),
      labels,
      (pods, selector) => {
        const { workloads } = cluster(
          pods
            .map(
              (pod, index) =>
                `---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `p${index}`, ...pod } })}\n`,
            )
            .join(''),
        );
        const expected = (namespace?: string) =>
          workloads.all.filter(
            each => hasLabels(each.labels, selector) && (namespace === undefined || each.namespace === namespace),
          );
        expect(workloads.select(selector, 'x')).toEqual(expected('x'));
        expect(workloads.select(selector)).toEqual(expected());
      },
    ),
  );
});

test.each([
  ['{}', true],
  ['{matchLabels: {a: b}}', true],
  ['{matchLabels: {a: c}}', false],
  ['{matchExpressions: [{key: a, operator: In, values: [b, c]}]}', true],
  ['{matchExpressions: [{key: a, operator: NotIn, values: [b]}]}', false],
  ['{matchExpressions: [{key: z, operator: NotIn, values: [b]}]}', true],
  ['{matchExpressions: [{key: a, operator: Exists}]}', true],
  ['{matchExpressions: [{key: a, operator: DoesNotExist}]}', false],
  ['{matchExpressions: [{key: a, operator: Like, values: [b]}]}', false],
])('the selector %s matches a=b: %s', (selector, taken) => {
  const [object] = loadResources(`{apiVersion: v1, kind: A, metadata: {name: a}, spec: ${selector}}`, { file: 'a' });
  expect(object && selects(object.spec, { a: 'b' })).toBe(taken);
});

const inMesh = (namespace: string, labels = '{}', spec = '{containers: []}') => {
  const made = cluster(
    `{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: ${namespace}}}\n---\n{apiVersion: `
      + `v1, kind: Pod, metadata: {name: a, labels: ${labels}}, spec: ${spec}}`,
  );
  const [pod] = made.workloads.all;
  return pod && membershipOf(pod, made);
};

test.each([
  ['the namespace enables injection', '{istio-injection: enabled}', '{}', Membership.SIDECAR],
  ['the namespace names a revision', '{istio.io/rev: canary}', '{}', Membership.SIDECAR],
  [
    'the namespace disables injection, with any revision',
    '{istio-injection: disabled, istio.io/rev: canary}',
    '{}',
    Membership.NONE,
  ],
  ['the pod disables injection', '{istio-injection: enabled}', '{sidecar.istio.io/inject: "false"}', Membership.NONE],
  ['the pod enables injection', '{}', '{sidecar.istio.io/inject: "true"}', Membership.SIDECAR],
  ['the pod names a revision', '{}', '{istio.io/rev: canary}', Membership.SIDECAR],
  [
    'the pod names a revision, and the namespace disables injection',
    '{istio-injection: disabled}',
    '{istio.io/rev: canary}',
    Membership.NONE,
  ],
  [
    'the pod enables injection, and the namespace disables it',
    '{istio-injection: disabled}',
    '{sidecar.istio.io/inject: "true"}',
    Membership.NONE,
  ],
  ['the namespace is ambient', '{istio.io/dataplane-mode: ambient}', '{}', Membership.AMBIENT],
  [
    'the namespace enables both, and the pod disables the proxy',
    '{istio-injection: enabled, istio.io/dataplane-mode: ambient}',
    '{sidecar.istio.io/inject: "false"}',
    Membership.AMBIENT,
  ],
  [
    'the pod leaves ambient mode',
    '{istio.io/dataplane-mode: ambient}',
    '{istio.io/dataplane-mode: none}',
    Membership.NONE,
  ],
  ['the pod is ambient', '{}', '{istio.io/dataplane-mode: ambient}', Membership.AMBIENT],
  ['neither has a label', '{}', '{}', Membership.NONE],
])('membership where %s', (_name, namespace, labels, membership) => {
  expect(inMesh(namespace, labels)).toBe(membership);
});

const INJECT = 'sidecar.istio.io/inject';

test.each<[string, string, object, object, Membership]>([
  ['no label selects it', '{}', {}, { [INJECT]: 'true' }, Membership.NONE],
  ['the namespace is ambient', '{istio.io/dataplane-mode: ambient}', {}, { [INJECT]: 'true' }, Membership.AMBIENT],
  ['the namespace does', '{istio-injection: enabled}', {}, { [INJECT]: 'true' }, Membership.SIDECAR],
  ['the revision of the pod does', '{}', { 'istio.io/rev': 'canary' }, { [INJECT]: 'true' }, Membership.SIDECAR],
  ['it disables injection', '{istio-injection: enabled}', {}, { [INJECT]: 'false' }, Membership.NONE],
  ['it is neither true nor false', '{istio-injection: enabled}', {}, { [INJECT]: 'yes' }, Membership.SIDECAR],
  ['the label is neither', '{istio-injection: enabled}', { [INJECT]: 'yes' }, {}, Membership.SIDECAR],
  ['the label is neither, alone', '{}', { [INJECT]: 'yes' }, {}, Membership.NONE],
  ['the label has priority', '{}', { [INJECT]: 'true' }, { [INJECT]: 'false' }, Membership.SIDECAR],
  [
    'the label disables injection',
    '{istio-injection: enabled}',
    { [INJECT]: 'false' },
    { [INJECT]: 'true' },
    Membership.NONE,
  ],
  ['the namespace has another value', '{istio-injection: "true"}', { [INJECT]: 'true' }, {}, Membership.NONE],
])('injection by an annotation where %s', (_name, namespace, labels, annotations, membership) => {
  const made = cluster(
    `{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: ${namespace}}}\n---\n`
      + JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', labels, annotations }, spec: {} }),
  );
  const [pod] = made.workloads.all;
  expect(pod && membershipOf(pod, made)).toBe(membership);
});

test.each([
  ['without a label', '{}', Membership.SIDECAR],
  ['with a label that is neither true nor false', `{${INJECT}: "yes"}`, Membership.NONE],
])('a pod %s, where the injector has all namespaces', (_name, labels, membership) => {
  const made = cluster(
    [
      '{apiVersion: v1, kind: ConfigMap, metadata: {name: istio-sidecar-injector, namespace: istio-system}, data: '
        + '{values: "{sidecarInjectorWebhook: {enableNamespacesByDefault: true}}"}}',
      '{apiVersion: v1, kind: Namespace, metadata: {name: shop}}',
      `{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop, labels: ${labels}}, spec: {}}`,
    ].join('\n---\n'),
  );
  const [pod] = made.workloads.all;
  expect(pod && membershipOf(pod, made)).toBe(membership);
});

test.each([
  ['kube-system', Membership.NONE],
  ['other', Membership.SIDECAR],
])('a pod of the namespace %s, which the injector ignores or not', (namespace, membership) => {
  const made = cluster(
    `{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: ${namespace}, labels: {${INJECT}: "true"}}, spec: {}}`,
  );
  const [pod] = made.workloads.all;
  expect(pod && membershipOf(pod, made)).toBe(membership);
});

test('a pod with the annotation alone is in the mesh, or not, by a namespace that is not declared', () => {
  const made = cluster(
    `{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: x, annotations: {${INJECT}: "true"}}, spec: {}}`,
  );
  const [pod] = made.workloads.all;
  expect(pod && membershipOf(pod, made)).toBe(Membership.UNKNOWN);
});

test('a pod on the network of its node gets no proxy, one that has it keeps it', () => {
  expect(inMesh('{istio-injection: enabled}', '{}', '{hostNetwork: true}')).toBe(Membership.NONE);
  expect(inMesh('{}', '{}', '{containers: [{name: istio-proxy}]}')).toBe(Membership.SIDECAR);
});

test('what a controller has made is no workload beside it', () => {
  const made = cluster(
    [
      '{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {template: {metadata: {labels: {app: a}}}}}',
      '{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: a-1, ownerReferences: [{apiVersion: '
        + 'apps/v1, kind: Deployment, name: a, controller: true}]}, spec: {template: {metadata: {labels: {app: a}}}}}',
      '{apiVersion: batch/v1, kind: CronJob, metadata: {name: b}, spec: {jobTemplate: {spec: {template: '
        + '{metadata: {labels: {app: b}}}}}}}',
    ].join('\n---\n'),
  );
  expect(made.workloads.all.map(each => [each.name, each.labels])).toEqual([
    ['a', { app: 'a' }],
    ['b', { app: 'b' }],
  ]);
});

test.each([
  [
    'a ConfigMap of the control plane',
    '{apiVersion: v1, kind: ConfigMap, metadata: {name: istio-canary, namespace: istio-system}, data: '
      + '{mesh: "trustDomain: corp\\ndefaultHttpRetryPolicy: {attempts: 0}"}}',
    ['corp', 0, true],
  ],
  [
    'an IstioOperator',
    '{apiVersion: install.istio.io/v1alpha1, kind: IstioOperator, metadata: {name: a}, spec: '
      + '{meshConfig: {trustDomain: corp}}}',
    ['corp', 2, true],
  ],
  ['nothing', '{apiVersion: v1, kind: ConfigMap, metadata: {name: other}}', ['cluster.local', 2, false]],
  [
    'a ConfigMap that is no YAML',
    '{apiVersion: v1, kind: ConfigMap, metadata: {name: istio}, data: {mesh: "a: ["}}',
    ['cluster.local', 2, true],
  ],
])('the settings of the mesh come from %s', (_name, text, [domain, retries, known]) => {
  const { mesh } = cluster(text);
  expect([mesh.trustDomain, mesh.defaultRetries, mesh.isKnown]).toEqual([domain, retries, known]);
});

test('an object is found by its type and name, in its namespace', () => {
  const made = cluster(`${host('Service', 'web', 'shop', '{}')}${host('Service', 'web', 'bank', '{}')}`);
  expect([
    made.find(Kind.SERVICE, 'web', 'bank')?.namespace,
    made.find(Kind.SERVICE, 'web'),
    made.find(Kind.SECRET, 'web', 'bank'),
    made.all(Kind.SERVICE).length,
  ]).toEqual(['bank', undefined, undefined, 2]);
});
