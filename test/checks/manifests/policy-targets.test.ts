import { checkManifests, checkObjects, type ManifestFinding, Severity } from '../../../lib/checks';
import { Cluster, type KubernetesObject, type Labels, loadResources, Resource } from '../../../lib/manifests';

const of = (apiVersion: string, kind: string, name: string, namespace: string, spec: object): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  spec,
});
const namespace = (name: string, labels: Labels) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});
const labelled = (object: KubernetesObject, labels: Labels) =>
  ({ ...object, metadata: { ...object.metadata, labels } }) as KubernetesObject;
const gateway = (name: string, place: string, gatewayClassName: string) =>
  of('gateway.networking.k8s.io/v1', 'Gateway', name, place, {
    gatewayClassName,
    listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }],
  });
const pod = (name: string, labels: Labels) =>
  labelled(of('v1', 'Pod', name, 'shop', { containers: [{ name: 'app', image: 'example/app' }] }), labels);
const policy = (place: string, target: object) =>
  of('security.istio.io/v1', 'AuthorizationPolicy', 'a', place, {
    targetRefs: [target],
    rules: [{ from: [{ source: { namespaces: ['shop'] } }] }],
  });

const SIDECARS = namespace('shop', { 'istio-injection': 'enabled' });
const AMBIENT = namespace('shop', { 'istio.io/dataplane-mode': 'ambient', 'istio.io/use-waypoint': 'waypoint' });
const WAYPOINT = gateway('waypoint', 'shop', 'istio-waypoint');
const SERVICE = of('v1', 'Service', 'web', 'shop', { selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] });
const ENTRY = of('networking.istio.io/v1', 'ServiceEntry', 'pay', 'shop', {
  hosts: ['pay.example'],
  ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
});
const WEB = pod('web', { app: 'web' });

const AT_SERVICE = { group: '', kind: 'Service', name: 'web' };
const AT_ENTRY = { group: 'networking.istio.io', kind: 'ServiceEntry', name: 'pay' };
const AT_GATEWAY = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'waypoint' };
const AT_CLASS = { group: 'gateway.networking.k8s.io', kind: 'GatewayClass', name: 'istio-waypoint' };

function findings(id: string, objects: readonly KubernetesObject[]): ManifestFinding[] {
  return checkObjects(objects).findings.filter(each => each.id === id);
}

test.each<[string, KubernetesObject[], string[]]>([
  ['a Service of a namespace with a waypoint', [AMBIENT, WAYPOINT, SERVICE, policy('shop', AT_SERVICE)], []],
  [
    'a Service with the label of a waypoint',
    [SIDECARS, WAYPOINT, labelled(SERVICE, { 'istio.io/use-waypoint': 'waypoint' }), policy('shop', AT_SERVICE)],
    [],
  ],
  ['a Service without a waypoint', [SIDECARS, SERVICE, policy('shop', AT_SERVICE)], ['uses no waypoint']],
  [
    'a Service that opts out of a waypoint',
    [AMBIENT, WAYPOINT, labelled(SERVICE, { 'istio.io/use-waypoint': 'none' }), policy('shop', AT_SERVICE)],
    ['uses no waypoint'],
  ],
  ['a Service that does not exist', [AMBIENT, WAYPOINT, WEB, policy('shop', AT_SERVICE)], ['The Service "web"']],
  [
    'a Service of another namespace',
    [AMBIENT, WAYPOINT, SERVICE, WEB, { ...WEB, metadata: { name: 'web', namespace: 'istio-system' } }].concat(
      policy('istio-system', AT_SERVICE),
    ),
    ['of namespace istio-system'],
  ],
  ['a ServiceEntry with a waypoint', [AMBIENT, WAYPOINT, ENTRY, policy('shop', AT_ENTRY)], []],
  ['a ServiceEntry without a waypoint', [SIDECARS, ENTRY, policy('shop', AT_ENTRY)], ['The ServiceEntry pay uses']],
  ['a ServiceEntry that does not exist', [AMBIENT, WAYPOINT, policy('shop', AT_ENTRY)], ['The ServiceEntry "pay"']],
  ['a Gateway of its namespace', [AMBIENT, WAYPOINT, policy('shop', AT_GATEWAY)], []],
  [
    'a Gateway of another namespace',
    [SIDECARS, WEB, gateway('waypoint', 'edge', 'istio'), policy('shop', AT_GATEWAY)],
    ['The Gateway "waypoint" of namespace shop'],
  ],
  [
    'a Gateway with another name',
    [SIDECARS, gateway('waipoint', 'shop', 'istio'), policy('shop', AT_GATEWAY)],
    ['The Gateway "waypoint" of namespace shop'],
  ],
  [
    'a Gateway of Envoy Gateway',
    [SIDECARS, gateway('waypoint', 'shop', 'eg'), policy('shop', AT_GATEWAY)],
    ['not of Istio'],
  ],
  [
    'a Gateway by whose name Pods are labelled',
    [SIDECARS, pod('edge', { 'gateway.networking.k8s.io/gateway-name': 'waypoint' }), policy('shop', AT_GATEWAY)],
    [],
  ],
  ['a missing Gateway that is the waypoint of a namespace', [AMBIENT, WEB, policy('shop', AT_GATEWAY)], []],
  ['all waypoints, in the root namespace', [AMBIENT, WAYPOINT, policy('istio-system', AT_CLASS)], []],
  [
    'all waypoints, in another namespace',
    [AMBIENT, WAYPOINT, policy('shop', AT_CLASS)],
    ['no effect in namespace shop'],
  ],
  [
    'another class than that of waypoints',
    [AMBIENT, WAYPOINT, policy('istio-system', { ...AT_CLASS, name: 'istio' })],
    ['the GatewayClass "istio"'],
  ],
  ['a kind that Istio rejects', [SIDECARS, policy('shop', { ...AT_GATEWAY, kind: 'HTTPRoute' })], []],
])('a policy that targets %s is reported if no proxy enforces it', (_name, objects, messages) => {
  expect(findings('PolicyWithoutPods', objects).map(each => each.message)).toEqual(
    messages.map(each => expect.stringContaining(each)),
  );
});

test.each<[string, KubernetesObject[], string]>([
  ['the pods of a Service can be selected', [SIDECARS, SERVICE, policy('shop', AT_SERVICE)], 'Select its pods'],
  ['a ServiceEntry needs a waypoint', [SIDECARS, ENTRY, policy('shop', AT_ENTRY)], 'Label it'],
  [
    'a Gateway of another namespace needs a policy there',
    [SIDECARS, WEB, gateway('waypoint', 'edge', 'istio'), policy('shop', AT_GATEWAY)],
    'Move the policy to namespace edge',
  ],
  ['a missing Gateway may have another name', [SIDECARS, WEB, policy('shop', AT_GATEWAY)], 'Correct the name'],
])('the fix for a policy without effect fits its target: %s', (_name, objects, fix) => {
  expect(findings('PolicyWithoutPods', objects)[0]?.fix).toContain(fix);
});

test.each([
  ['a Gateway of nearly the same name', Severity.WARNING, gateway('waipoint', 'edge', 'istio')],
  ['another Gateway', Severity.INFO, gateway('public', 'edge', 'istio')],
  ['no Gateway', Severity.INFO, gateway('public', 'other', 'istio')],
])('a missing Gateway in a namespace with %s and no workloads is of severity %s', (_name, severity, other) => {
  const objects = [SIDECARS, WEB, other, policy('edge', AT_GATEWAY)];

  expect(findings('PolicyWithoutPods', objects).map(each => each.severity)).toEqual([severity]);
});

test('an L7 policy for a Service without a waypoint in ambient mode is reported by one check', () => {
  const tokens = of('security.istio.io/v1', 'RequestAuthentication', 'jwt', 'shop', {
    targetRefs: [AT_SERVICE],
    jwtRules: [{ issuer: 'a' }],
  });
  const objects = [namespace('shop', { 'istio.io/dataplane-mode': 'ambient' }), SERVICE, tokens];

  expect(findings('RequestPolicyWithoutWaypoint', objects)).toHaveLength(1);
  expect(findings('PolicyWithoutPods', objects)).toEqual([]);
});

test('an L7 policy for a missing Gateway in ambient mode is reported by one check', () => {
  const tokens = of('security.istio.io/v1', 'RequestAuthentication', 'jwt', 'shop', {
    targetRefs: [{ ...AT_GATEWAY, name: 'waipoint' }],
    jwtRules: [{ issuer: 'a' }],
  });
  const objects = [AMBIENT, WAYPOINT, tokens];

  expect(findings('RequestPolicyWithoutWaypoint', objects)).toEqual([]);
  expect(findings('PolicyWithoutPods', objects)).toHaveLength(1);
});

test.each(['pods', 'web.shop.svc.cluster.local'])('a target that is elsewhere as %s is not reported', name => {
  const own = policy('shop', AT_SERVICE);
  const annotated = { ...own, metadata: { ...own.metadata, annotations: { 'cardinal.cdk8s.io/elsewhere': name } } };

  expect(findings('PolicyWithoutPods', [AMBIENT, WAYPOINT, WEB, annotated])).toEqual([]);
});

test('a Service without a waypoint of a namespace that is not declared is a note', () => {
  const [found] = findings('PolicyWithoutPods', [SERVICE, policy('shop', AT_SERVICE)]);

  expect(found).toMatchObject({ severity: Severity.INFO, message: expect.stringContaining('names a waypoint') });
});

test('a Service without a waypoint of a namespace that its kustomization changes is a note', () => {
  const text = [SIDECARS, SERVICE, policy('shop', AT_SERVICE)].map(each => JSON.stringify(each)).join('\n---\n');
  const changed = loadResources(text, { file: 'a.yaml' }).map(each =>
    each.origin && each.kind === 'Namespace' ? new Resource(each.object, { ...each.origin, isChanged: true }) : each,
  );
  const { findings: found } = checkManifests(new Cluster(changed));

  expect(found.find(each => each.id === 'PolicyWithoutPods')).toMatchObject({
    severity: Severity.INFO,
    message: expect.stringContaining('unless a patch'),
  });
});

test.each<[string, KubernetesObject[], boolean]>([
  ['its Service, which has a waypoint', [AMBIENT, WAYPOINT, policy('shop', AT_SERVICE)], true],
  ['its Service, which has no waypoint', [SIDECARS, policy('shop', AT_SERVICE)], false],
  ['the waypoint of its Service', [AMBIENT, WAYPOINT, policy('shop', AT_GATEWAY)], true],
  ['another waypoint', [AMBIENT, WAYPOINT, policy('shop', { ...AT_GATEWAY, name: 'other' })], false],
  ['a Gateway of that name in another namespace', [AMBIENT, WAYPOINT, policy('edge', AT_GATEWAY)], false],
  ['all waypoints', [AMBIENT, WAYPOINT, policy('istio-system', AT_CLASS)], true],
  ['all waypoints, without effect', [AMBIENT, WAYPOINT, policy('shop', AT_CLASS)], false],
  ['all waypoints, and it has none', [SIDECARS, policy('istio-system', AT_CLASS)], false],
])('a workload is covered by a policy for %s, or not', (_name, objects, isCovered) => {
  expect(findings('UncoveredWorkload', [SERVICE, WEB, ...objects])).toHaveLength(isCovered ? 0 : 1);
});

const peers = (place: string, spec: object) => of('security.istio.io/v1', 'PeerAuthentication', 'p', place, spec);
const SELECTING = { selector: { matchLabels: { app: 'web' } }, mtls: { mode: 'STRICT' } };

test.each<[string, KubernetesObject, number]>([
  ['with a selector in the root namespace', peers('istio-system', SELECTING), 1],
  ['without a selector in the root namespace', peers('istio-system', { mtls: { mode: 'STRICT' } }), 0],
  ['with an empty selector in the root namespace', peers('istio-system', { ...SELECTING, selector: {} }), 0],
  ['with a selector in the namespace of the pods', peers('shop', SELECTING), 0],
])('a PeerAuthentication %s is reported if Istio ignores it', (_name, object, count) => {
  expect(findings('PolicyWithoutPods', [SIDECARS, WEB, object])).toHaveLength(count);
});

test('an AuthorizationPolicy with a selector in the root namespace applies to the pods of others', () => {
  const allowing = of('security.istio.io/v1', 'AuthorizationPolicy', 'a', 'istio-system', {
    selector: { matchLabels: { app: 'web' } },
  });

  expect(findings('PolicyWithoutPods', [SIDECARS, WEB, allowing])).toEqual([]);
});

test.each(['WasmPlugin', 'Telemetry'])('a %s at layer 7 for a waypoint that does not exist is reported', kind => {
  const apiVersion = kind === 'Telemetry' ? 'telemetry.istio.io/v1' : 'extensions.istio.io/v1alpha1';
  const spec = kind === 'Telemetry' ? { accessLogging: [{ providers: [{ name: 'a' }] }] } : { url: 'oci://a' };
  const at = (name: string) =>
    of(apiVersion, kind, 'a', 'shop', {
      ...spec,
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name }],
    });
  const count = (name: string) =>
    findings('RequestPolicyWithoutWaypoint', [AMBIENT, WAYPOINT, SERVICE, WEB, at(name)]).length;
  expect([count('waypoint'), count('waipoint')]).toEqual([0, 1]);
});

test('a policy that may take effect, by the namespace of other manifests, covers its workloads', () => {
  const web = pod('web', { app: 'web', 'istio.io/dataplane-mode': 'ambient' });
  const objects = [web, SERVICE, policy('shop', AT_SERVICE)];
  expect(findings('PolicyWithoutPods', objects).map(each => each.severity)).toEqual([Severity.INFO]);
  expect(findings('UncoveredWorkload', objects)).toEqual([]);
});
