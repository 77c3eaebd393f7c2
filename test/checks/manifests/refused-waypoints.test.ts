import { checkObjects, type ManifestFinding, Severity } from '../../../lib/checks';
import type { KubernetesObject, Labels } from '../../../lib/manifests';

const of = (apiVersion: string, kind: string, namespace: string, name: string, spec: object, labels: Labels = {}) => ({
  apiVersion,
  kind,
  metadata: { name, namespace, labels },
  spec,
});
const namespace = (name: string, labels: Labels) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});
const HBONE = { name: 'mesh', port: 15008, protocol: 'HBONE' };
const waypoint = (labels: Labels = {}, ...listeners: readonly object[]) =>
  of(
    'gateway.networking.k8s.io/v1',
    'Gateway',
    'infra',
    'waypoint',
    {
      gatewayClassName: 'istio-waypoint',
      listeners: listeners.length > 0 ? listeners : [from({ from: 'All' })],
    },
    labels,
  );
const from = (namespaces: object, listener: object = {}) => ({ ...HBONE, ...listener, allowedRoutes: { namespaces } });
const gatewayClass = (labels: Labels) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'GatewayClass',
  metadata: { name: 'istio-waypoint', labels },
  spec: { controllerName: 'istio.io/mesh-controller' },
});
const bound = (binding: string, ...listeners: readonly object[]) => {
  const gateway = waypoint({}, ...listeners);
  const annotations = { 'ambient.istio.io/waypoint-inbound-binding': binding };
  return { ...gateway, metadata: { ...gateway.metadata, annotations } };
};

const USE = { 'istio.io/use-waypoint': 'waypoint', 'istio.io/use-waypoint-namespace': 'infra' };
const AMBIENT = { 'istio.io/dataplane-mode': 'ambient' };
const ENROLLED = namespace('shop', { ...AMBIENT, ...USE });
const POD = of('v1', 'Pod', 'shop', 'web', { containers: [{ name: 'app', image: 'example/app' }] }, { app: 'web' });
const service = (labels: Labels = {}) =>
  of('v1', 'Service', 'shop', 'web', { selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] }, labels);
const entry = (labels: Labels = {}) =>
  of('networking.istio.io/v1', 'ServiceEntry', 'shop', 'pay', { hosts: ['pay.example'] }, labels);

function findings(id: string, ...objects: KubernetesObject[]): ManifestFinding[] {
  return checkObjects(objects).findings.filter(each => each.id === id);
}

test.each<[string, boolean, KubernetesObject]>([
  ['its own namespace by default', false, waypoint({}, HBONE)],
  ['its own namespace', false, waypoint({}, from({ from: 'Same' }))],
  ['all namespaces', true, waypoint({}, from({ from: 'All' }))],
  ['namespaces with a label', true, waypoint({}, from({ from: 'Selector', selector: { matchLabels: AMBIENT } }))],
  ['others by label', false, waypoint({}, from({ from: 'Selector', selector: { matchLabels: { team: 'a' } } }))],
  ['all namespaces at another port', false, waypoint({}, from({ from: 'All' }, { port: 15009 }), HBONE)],
  ['all namespaces with another protocol', false, waypoint({}, from({ from: 'All' }, { protocol: 'TCP' }), HBONE)],
  [
    'all namespaces at the port of its annotation',
    true,
    bound('PROXY/15088', HBONE, from({ from: 'All' }, { port: 15088 })),
  ],
  [
    'all namespaces with the protocol of its annotation',
    true,
    bound('PROXY', HBONE, from({ from: 'All' }, { port: 15088, protocol: 'istio.io/PROXY' })),
  ],
  [
    'all namespaces with a protocol that its annotation does not name',
    false,
    bound('NONE', HBONE, from({ from: 'All' }, { port: 15088, protocol: 'istio.io/PROXY' })),
  ],
])('a waypoint for %s accepts another namespace: %s', (_name, isAccepted, gateway) => {
  expect(findings('UnknownWaypoint', ENROLLED, POD, gateway).map(each => each.message)).toEqual(
    isAccepted ? [] : [expect.stringContaining('does not accept web')],
  );
});

test('a waypoint without a listener for HBONE accepts its own namespace alone', () => {
  const gateway = { ...waypoint({}, { name: 'a', port: 80, protocol: 'HTTP' }) };
  const pod = { ...POD, metadata: { ...POD.metadata, namespace: 'infra', name: 'own' } };

  expect(findings('UnknownWaypoint', namespace('infra', { ...AMBIENT, ...USE }), pod, gateway)).toEqual([]);
  expect(findings('UnknownWaypoint', ENROLLED, POD, gateway)).toHaveLength(1);
});

test('a namespace that is not declared may have the labels that a waypoint requires', () => {
  const selecting = waypoint({}, from({ from: 'Selector', selector: { matchLabels: { team: 'a' } } }));

  expect(findings('UnknownWaypoint', service(USE), selecting)).toMatchObject([
    { severity: Severity.INFO, message: expect.stringContaining('unless the namespace shop') },
  ]);
  expect(findings('UnknownWaypoint', service(USE), waypoint({}, HBONE))).toMatchObject([{ severity: Severity.ERROR }]);
});

test('the annotation of a class names the listener of its waypoints', () => {
  const { metadata, ...rest } = gatewayClass({});
  const annotations = { 'ambient.istio.io/waypoint-inbound-binding': 'PROXY/15088' };
  const bindingClass = { ...rest, metadata: { ...metadata, annotations } };
  const gateway = waypoint({}, HBONE, from({ from: 'All' }, { port: 15088 }));

  expect(findings('UnknownWaypoint', ENROLLED, POD, gateway, bindingClass)).toEqual([]);
});

test('a missing waypoint of a namespace of which nothing is among the manifests is a note', () => {
  expect(findings('UnknownWaypoint', ENROLLED, POD)).toMatchObject([{ severity: Severity.INFO }]);
});

test('a Gateway that is not a waypoint is reported once', () => {
  const gateway = { ...waypoint(), spec: { gatewayClassName: 'istio', listeners: [] } };

  expect(findings('UnknownWaypoint', ENROLLED, POD, gateway)).toHaveLength(1);
});

test('the namespace of a waypoint is stated where its name is', () => {
  const own = service({ 'istio.io/use-waypoint': 'waypoint' });

  expect(findings('UnknownWaypoint', ENROLLED, own, waypoint())).toMatchObject([
    { field: 'metadata.labels["istio.io/use-waypoint"]' },
  ]);
});

const FOR = 'istio.io/waypoint-for';

test.each<[string, KubernetesObject[], KubernetesObject, string[]]>([
  ['a Service by its label', [waypoint({ [FOR]: 'workload' })], service(USE), ['is not for services']],
  ['a Service by its label', [waypoint({ [FOR]: 'all' })], service(USE), []],
  ['a Service by its label', [waypoint(), gatewayClass({ [FOR]: 'workload' })], service(USE), ['is not for services']],
  ['a Service by its label', [waypoint({ [FOR]: 'service' }), gatewayClass({ [FOR]: 'workload' })], service(USE), []],
  ['a Service by its namespace', [waypoint({ [FOR]: 'workload' }), ENROLLED], service(), []],
  ['a ServiceEntry by its label', [waypoint({ [FOR]: 'none' })], entry(USE), ['is not for services']],
  ['a Pod by its label', [waypoint()], { ...POD, metadata: { ...POD.metadata, labels: USE } }, ['not for workloads']],
  ['a Pod by its namespace', [waypoint(), ENROLLED], POD, []],
])('a waypoint for other traffic is reported for %s #%#', (_name, objects, user, messages) => {
  expect(findings('UnknownWaypoint', ...objects, user).map(each => each.message)).toEqual(
    messages.map(each => expect.stringContaining(each)),
  );
});

test.each<[string, KubernetesObject, string[]]>([
  ['its label', entry(USE), ['metadata.labels["istio.io/use-waypoint"]']],
  ['its namespace', entry(), ['metadata.name']],
  ['its label, which opts out', entry({ 'istio.io/use-waypoint': 'none' }), []],
])('a ServiceEntry with a missing waypoint by %s is reported', (_name, object, fields) => {
  expect(findings('UnknownWaypoint', ENROLLED, object).map(each => each.field)).toEqual(fields);
});

const METHODS = of('security.istio.io/v1', 'AuthorizationPolicy', 'shop', 'web', {
  targetRefs: [{ group: '', kind: 'Service', name: 'web' }],
  rules: [{ to: [{ operation: { methods: ['GET'] } }] }],
});
const SOURCES = { ...METHODS, spec: { ...METHODS.spec, rules: [{ from: [{ source: { namespaces: ['shop'] } }] }] } };
const AT_WAYPOINT = of('security.istio.io/v1', 'AuthorizationPolicy', 'infra', 'web', {
  targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'waypoint' }],
});
const ROUTE = of('networking.istio.io/v1', 'VirtualService', 'shop', 'web', {
  hosts: ['web'],
  http: [{ route: [{ destination: { host: 'web' } }] }],
});
const UNKNOWN_ROUTE = { ...ROUTE, spec: { ...ROUTE.spec, hosts: ['other'] } };

test.each<[string, string, KubernetesObject]>([
  ['an L7 policy for a Service', 'RequestPolicyWithoutWaypoint', METHODS],
  ['an L4 policy for a Service', 'PolicyWithoutPods', SOURCES],
  ['a workload with a policy for its Service', 'UncoveredWorkload', METHODS],
  ['a VirtualService', 'HostRuleWithoutWaypoint', ROUTE],
  ['a VirtualService for another Service', 'HostRuleWithoutWaypoint', UNKNOWN_ROUTE],
])('for %s, a waypoint for workloads is none, and one for all is one', (_name, id, object) => {
  const found = (traffic: string) => findings(id, ENROLLED, POD, service(), object, waypoint({ [FOR]: traffic }));

  expect(found('workload')).toHaveLength(1);
  expect(found('all')).toEqual([]);
});

test.each([
  ['service', 1],
  ['workload', 0],
])('a workload without a Service is covered by a policy for its waypoint for %s, or not', (traffic, count) => {
  expect(findings('UncoveredWorkload', ENROLLED, POD, AT_WAYPOINT, waypoint({ [FOR]: traffic }))).toHaveLength(count);
});
