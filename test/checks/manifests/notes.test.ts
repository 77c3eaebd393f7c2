import { checkObjects, mergedReport, Severity } from '../../../lib/checks';
import type { KubernetesObject } from '../../../lib/manifests';

const meta = (name: string) => ({ name, namespace: 'shop' });

function severities(id: string, ...objects: KubernetesObject[]): Severity[] {
  return checkObjects(objects)
    .findings.filter(each => each.id === id)
    .map(each => each.severity);
}

const patch = (operation: string, name: string, subFilter: string) => ({
  applyTo: 'HTTP_FILTER',
  match: { listener: { filterChain: { filter: { name: 'hcm', subFilter: { name: subFilter } } } } },
  patch: { operation, value: { name } },
});

const filter = (name: string, ...configPatches: readonly object[]): KubernetesObject => ({
  apiVersion: 'networking.istio.io/v1alpha3',
  kind: 'EnvoyFilter',
  metadata: meta(name),
  spec: { configPatches },
});

test('a patch beside a filter that no EnvoyFilter adds is a note', () => {
  const own = filter('a', patch('INSERT_BEFORE', 'limits', 'envoy.filters.http.router'));

  expect(severities('EnvoyFilterOrder', own)).toEqual([Severity.INFO]);
});

test.each(['ADD', 'INSERT_FIRST', 'INSERT_BEFORE'])(
  'a patch beside a filter that another one adds by %s warns',
  add => {
    const beside = filter('a', patch('INSERT_AFTER', 'limits', 'audit'));
    const other = filter('b', patch(add, 'audit', 'envoy.filters.http.router'));

    expect(severities('EnvoyFilterOrder', beside, other)).toContain(Severity.WARNING);
  },
);

const gateway = (name: string, server: object): KubernetesObject => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  metadata: meta(name),
  spec: {
    selector: { istio: 'ingressgateway' },
    servers: [{ port: { number: 80, name: 'web', protocol: 'HTTP' }, hosts: ['shop.example'], ...server }],
  },
});

test('two servers of plain HTTP with the same host are a note, since Istio merges them', () => {
  expect(severities('ConflictingGateways', gateway('a', {}), gateway('b', {}))).toEqual([Severity.INFO, Severity.INFO]);
});

test.each([
  ['redirects to HTTPS', { tls: { httpsRedirect: true } }],
  ['has another protocol', { port: { number: 80, name: 'web', protocol: 'TCP' } }],
])('a server that %s conflicts with one of plain HTTP with the same host', (_, server) => {
  expect(severities('ConflictingGateways', gateway('a', {}), gateway('b', server))).toEqual([
    Severity.ERROR,
    Severity.ERROR,
  ]);
});

test.each([
  ['FailingRoute', 'does not have', [], Severity.INFO],
  [
    'FailingRoute',
    'has unless more exists',
    [{ severity: Severity.INFO, message: 'A.', isUncertain: true }],
    Severity.INFO,
  ],
  ['FailingRoute', 'has for certain', [{ severity: Severity.INFO, message: 'A, unless b.' }], Severity.ERROR],
  [
    'FailingRoute',
    'has with a raised severity',
    [{ severity: Severity.WARNING, message: 'A.', isUncertain: true }],
    Severity.ERROR,
  ],
  ['FailingRoute', 'has as a note', [{ severity: Severity.INFO, message: 'A.' }], Severity.ERROR],
  ['FailingRoute', 'has as a warning', [{ severity: Severity.WARNING, message: 'A.' }], Severity.ERROR],
  ['UncoveredWorkload', 'does not have', [], Severity.ERROR],
])('a finding of %s that one of two alternatives %s has its severity', (id, _, others, severity) => {
  const { findings } = checkObjects([gateway('a', {}), gateway('b', { tls: { httpsRedirect: true } })]);
  const finding = { ...findings[0], id, file: 'a.yaml' } as (typeof findings)[number];
  const resources = [{ origin: { source: { file: 'a.yaml' } } }] as never;
  const parts = [
    {
      world: { name: 'one', resources },
      report: { findings: [{ ...finding, severity: Severity.ERROR }], suppressed: [] },
    },
    {
      world: { name: 'other', resources },
      report: { findings: others.map(each => ({ ...finding, ...each })), suppressed: [] },
    },
  ];

  expect(mergedReport(parts).findings[0]?.severity).toBe(severity);
});

const definition = (kind: string, release: string): KubernetesObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: `${kind.toLowerCase()}s.gateway.networking.k8s.io`,
    annotations: { 'gateway.networking.k8s.io/bundle-version': release },
  },
  spec: { group: 'gateway.networking.k8s.io', names: { kind } },
});

const route = (kind: string): KubernetesObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind,
  metadata: meta('a'),
  spec: { hostnames: ['shop.example'] },
});

test.each([
  ['a note without an object of its kind', Severity.INFO, route('HTTPRoute')],
  ['a warning with an object of its kind', Severity.WARNING, route('TLSRoute')],
])('an old CustomResourceDefinition of the Gateway API is %s', (_, severity, object) => {
  const found = severities('OldGatewayApi', definition('TLSRoute', 'v1.4.1'), object, gateway('g', {}));

  expect(found).toEqual([severity]);
});

const pod: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { ...meta('web'), labels: { app: 'web' } },
  spec: { containers: [{ name: 'app', image: 'example/app' }] },
};

const outside: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', labels: { 'istio-injection': 'disabled' } },
};

test.each([
  ['plain text on one port', Severity.INFO, { portLevelMtls: { 8443: { mode: 'PERMISSIVE' } } }],
  ['plain text on all ports', Severity.INFO, { mtls: { mode: 'DISABLE' } }],
  ['mutual TLS', Severity.WARNING, { mtls: { mode: 'STRICT' }, portLevelMtls: { 8443: { mode: 'PERMISSIVE' } } }],
  ['what its parent states', Severity.WARNING, {}],
])('a PeerAuthentication with %s, whose pods have no proxy, is of severity %s', (_, severity, modes) => {
  const policy = {
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: meta('a'),
    spec: { selector: { matchLabels: { app: 'web' } }, ...modes },
  };

  expect(severities('PolicyWithoutPods', outside, pod, policy)).toEqual([severity]);
});

test.each([
  ['0', Severity.INFO],
  ['1', Severity.ERROR],
])('a Service that does not exist is of severity by its weight of %s', (weight, severity) => {
  const split = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: meta('a'),
    spec: { rules: [{ backendRefs: [{ name: 'web', port: 80, weight: Number(weight) }] }] },
  };

  expect(severities('UnknownBackend', split, { ...pod, metadata: meta('other') })).toEqual([severity]);
});

const machines: KubernetesObject = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'WorkloadGroup',
  metadata: meta('vm'),
  spec: { template: { serviceAccount: 'vm' } },
};

test.each([
  ['nothing of its namespace', Severity.INFO, []],
  ['its namespace', Severity.ERROR, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }]],
  ['another of its namespace', Severity.ERROR, [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta('web') }]],
  [
    'one of another namespace',
    Severity.INFO,
    [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web', namespace: 'bank' } }],
  ],
])('an unknown ServiceAccount of machines, with %s among the manifests, is of severity %s', (_, severity, others) => {
  expect(severities('UnknownServiceAccount', machines, ...others)).toEqual([severity]);
});

test.each([
  ['of a gateway', { 'inject.istio.io/templates': 'gateway' }, []],
  ['of an application', {}, [Severity.WARNING]],
])('user 1337 of the Pods %s is reported of applications alone', (_, annotations, expected) => {
  const user: KubernetesObject = {
    ...pod,
    metadata: { ...pod.metadata, annotations },
    spec: { ...(pod.spec as object), securityContext: { runAsUser: 1337 } },
  };

  expect(severities('ReservedUser', gateway('g', {}), user)).toEqual(expected);
});

test('a note that something else may refute is marked as uncertain, and others are not', () => {
  const destination = (host: string): KubernetesObject => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: meta('web'),
    spec: { hosts: ['web'], http: [{ route: [{ destination: { host } }] }] },
  });
  const application = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: meta('shop'),
    spec: { destination: { namespace: 'shop' } },
  };
  const marks = (...objects: KubernetesObject[]) =>
    checkObjects(objects)
      .findings.filter(({ id }) => id === 'UnknownDestination')
      .map(({ severity, isUncertain, message }) => [severity, isUncertain, message.includes(', unless ')]);

  expect(marks(destination('cart'), application)).toEqual([[Severity.INFO, true, true]]);
  expect(marks(destination('cart'))).toEqual([[Severity.ERROR, undefined, false]]);
});
