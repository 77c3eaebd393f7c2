import { checkObjects } from '../../../lib/checks';

const GROUP = 'gateway.networking.k8s.io';
const EXPERIMENTAL = 'gateway.networking.x-k8s.io';

const object = (kind: string, name: string, namespace: string, spec: object, apiVersion = `${GROUP}/v1`) => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  spec,
});

const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
const service = (name: string, place: string) =>
  object('Service', name, place, { selector: { app: name }, ports: [{ name: 'http', port: 80 }] }, 'v1');
const pod = (name: string, place: string) => ({
  ...object('Pod', name, place, { containers: [{ name: 'app', image: 'x' }] }, 'v1'),
  metadata: { name, namespace: place, labels: { app: name } },
});
const APPLICATION = ['shop', 'edge'].flatMap(each => [namespace(each), service('web', each), pod('web', each)]);

const listener = (name: string, more: object = {}) => ({ name, port: 80, protocol: 'HTTP', ...more });
const gateway = (from: object | undefined, className = 'istio') =>
  object('Gateway', 'door', 'edge', {
    gatewayClassName: className,
    listeners: [listener('own', { hostname: 'own.example' })],
    allowedListeners: from && { namespaces: from },
  });
const set = (listeners: object[], place = 'shop', parentRef: object = { name: 'door', namespace: 'edge' }) =>
  object('ListenerSet', 'more', place, { parentRef, listeners });
const route = (parent: object, more: object = {}) =>
  object('HTTPRoute', 'web', 'shop', {
    parentRefs: [{ kind: 'ListenerSet', name: 'more', ...parent }],
    rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
    ...more,
  });
const experimental = (each: ReturnType<typeof set>) => ({
  ...each,
  apiVersion: `${EXPERIMENTAL}/v1alpha1`,
  kind: 'XListenerSet',
});

/** The places and severities of the findings of a check. */
function found(id: string, ...objects: object[]): string[] {
  const { findings } = checkObjects([...APPLICATION, ...objects] as Parameters<typeof checkObjects>[0]);
  return findings.filter(each => each.id === id).map(each => `${each.object.kind} ${each.field}: ${each.severity}`);
}

const shop = listener('shop', { hostname: 'shop.example' });
const ALL = { from: 'All' };
const labelled = { from: 'Selector', selector: { matchLabels: { listeners: 'any' } } };
const named = { from: 'Selector', selector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } };
const NOT_ALLOWED = 'spec.parentRef: error';
const NOT_ACCEPTED = 'HTTPRoute spec.parentRefs[0]: error';

test.each<[string, object[], string[]]>([
  ['of all namespaces', [gateway(ALL), set([shop])], []],
  ['of its own namespace', [gateway({ from: 'Same' }), set([shop], 'edge')], []],
  ['of a selected namespace', [gateway(named), set([shop])], []],
  ['by default', [gateway(undefined), set([shop])], [`ListenerSet ${NOT_ALLOWED}`]],
  ['of another namespace', [gateway({ from: 'Same' }), set([shop])], [`ListenerSet ${NOT_ALLOWED}`]],
  ['of a namespace without the labels', [gateway(labelled), set([shop])], [`ListenerSet ${NOT_ALLOWED}`]],
  [
    'of a namespace whose labels are unknown',
    [gateway(labelled), set([shop], 'other')],
    ['ListenerSet spec.parentRef: info'],
  ],
  ['of a namespace with another name', [gateway(named), set([shop], 'other')], [`ListenerSet ${NOT_ALLOWED}`]],
  ['of an unknown controller', [gateway(undefined, 'other'), set([shop])], [`ListenerSet ${NOT_ALLOWED}`]],
  ['of the experimental kind', [gateway(ALL), experimental(set([shop]))], []],
  [
    'of the experimental kind by default',
    [gateway(undefined), experimental(set([shop]))],
    [`XListenerSet ${NOT_ALLOWED}`],
  ],
  ['of a Gateway that does not exist', [set([shop])], [`ListenerSet ${NOT_ALLOWED}`]],
  [
    'of a Gateway beside it that does not exist',
    [gateway(ALL), set([shop], 'shop', { name: 'door' })],
    [`ListenerSet ${NOT_ALLOWED}`],
  ],
])('ListenerSets %s are accepted or not', (_name, objects, expected) => {
  expect(found('UnknownParent', ...objects)).toEqual(expected);
});

test.each<[string, object[], string[]]>([
  ['a ListenerSet beside it', [set([shop]), route({})], []],
  ['a section', [set([shop]), route({ sectionName: 'shop' })], []],
  ['an unknown ListenerSet', [set([shop]), route({ name: 'other' })], [NOT_ACCEPTED]],
  ['an unknown section', [set([shop]), route({ sectionName: 'own' })], [NOT_ACCEPTED]],
  ['a port that no listener has', [set([shop]), route({ port: 81 })], [NOT_ACCEPTED]],
  ['a ListenerSet of another namespace', [set([shop], 'edge'), route({ namespace: 'edge' })], [NOT_ACCEPTED]],
  [
    'a ListenerSet of another namespace that allows it',
    [set([{ ...shop, allowedRoutes: { namespaces: ALL } }], 'edge'), route({ namespace: 'edge' })],
    [],
  ],
  [
    'an experimental ListenerSet',
    [experimental(set([shop])), route({ kind: 'XListenerSet', group: EXPERIMENTAL })],
    [],
  ],
  [
    'an unknown experimental ListenerSet',
    [experimental(set([shop])), route({ kind: 'XListenerSet', group: EXPERIMENTAL, name: 'other' })],
    [NOT_ACCEPTED],
  ],
  ['a ListenerSet of another group', [set([shop]), route({ group: EXPERIMENTAL })], [NOT_ACCEPTED]],
])('a route at %s is accepted or not', (_name, objects, expected) => {
  expect(found('UnknownParent', gateway(ALL), ...objects)).toEqual(expected);
});

test('a ListenerSet may be among other manifests, where nothing else of its namespace is among these', () => {
  expect(found('UnknownParent', gateway(ALL), route({ namespace: 'elsewhere' }))).toEqual([
    'HTTPRoute spec.parentRefs[0]: info',
  ]);
});

test.each<[string, object[], string[]]>([
  ['the host of its listener', [set([shop]), route({}, { hostnames: ['shop.example'] })], []],
  ['no host', [set([shop]), route({})], []],
  ['another host', [set([shop]), route({}, { hostnames: ['own.example'] })], ['HTTPRoute spec.hostnames: error']],
  [
    'a listener of another protocol',
    [set([{ ...shop, port: 81, protocol: 'TCP' }]), route({})],
    ['HTTPRoute spec.parentRefs: error'],
  ],
  [
    'a listener in conflict, which is a finding of its own',
    [set([listener('own', { hostname: 'own.example' })]), route({})],
    [],
  ],
])('requests reach a route at a ListenerSet with %s, or not', (_name, objects, expected) => {
  expect(found('UnreachableRoute', gateway(ALL), ...objects)).toEqual(expected);
});

test.each([
  ['that its Gateway does not allow', gateway(undefined)],
  ['at Envoy Gateway', gateway(ALL, 'eg')],
])('that no request reaches a route is no finding at a ListenerSet %s', (_name, door) => {
  expect(found('UnreachableRoute', door, set([shop]), route({}, { hostnames: ['own.example'] }))).toEqual([]);
});

test.each<[string, object[], string[]]>([
  ['another host', [set([shop])], []],
  ['another port', [set([{ ...shop, hostname: 'own.example', port: 81 }])], []],
  [
    'the host of the Gateway',
    [set([shop, { ...shop, hostname: 'own.example' }])],
    ['ListenerSet spec.listeners[1]: error'],
  ],
  [
    'the host of the same ListenerSet',
    [set([shop, { ...shop, name: 'again' }])],
    ['ListenerSet spec.listeners[1]: error'],
  ],
])('a listener of a ListenerSet with %s exists or not', (_name, objects, expected) => {
  expect(found('RepeatedListener', gateway(ALL), ...objects)).toEqual(expected);
});

test.each([
  ['that its Gateway does not allow', gateway(undefined)],
  ['of an unknown controller', gateway(ALL, 'other')],
])('equal listeners are no finding of a ListenerSet %s', (_name, door) => {
  expect(found('RepeatedListener', door, set([shop, shop]))).toEqual([]);
});

test.each<[string, object, object]>([
  ['a ListenerSet', set([shop]), route({})],
  ['an experimental ListenerSet', experimental(set([shop])), route({ kind: 'XListenerSet', group: EXPERIMENTAL })],
])('a route at %s is an entry of the Gateway', (_name, ...objects) => {
  expect(found('NoTimeout', gateway(ALL), ...objects)).toEqual(['HTTPRoute spec.rules[0]: info']);
});

test('a certificate of a ListenerSet is in its namespace, unless it names another', () => {
  const https = (reference: object) =>
    set([listener('s', { port: 443, protocol: 'HTTPS', tls: { certificateRefs: [reference] } })]);
  const secret = { ...object('Secret', 'cert', 'shop', {}, 'v1'), spec: undefined };
  const at = 'ListenerSet spec.listeners[0].tls.certificateRefs[0].name: info';
  expect(found('UnknownSecret', https({ name: 'cert' }), secret)).toEqual([]);
  expect(found('UnknownSecret', https({ name: 'cert', namespace: 'edge' }), secret)).toEqual([at]);
  expect(found('UnknownSecret', experimental(https({ name: 'other' })), secret)).toEqual([`X${at}`]);
});
