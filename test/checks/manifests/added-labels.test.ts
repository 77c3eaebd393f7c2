import { checkManifests } from '../../../lib/checks';
import { Cluster, loadResources } from '../../../lib/manifests';

const APPLICATION = [
  '{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db, namespace: shop}, spec: {replicas: 2, template: '
    + '{metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: x}]}}}}',
  '{apiVersion: v1, kind: Service, metadata: {name: db, namespace: shop}, spec: {clusterIP: None, selector: '
    + '{app: db}, ports: [{name: http, port: 80}]}}',
];
const service = (selector: object) => object('v1', 'Service', { selector, ports: [{ name: 'http', port: 80 }] });
const subset = (labels: object) =>
  object('networking.istio.io/v1', 'DestinationRule', { host: 'db', subsets: [{ name: 'a', labels }] });
const policy = (matchLabels: object) =>
  object('security.istio.io/v1', 'PeerAuthentication', { selector: { matchLabels }, mtls: { mode: 'STRICT' } });
const sidecar = (labels: object) =>
  object('networking.istio.io/v1', 'Sidecar', { workloadSelector: { labels }, egress: [{ hosts: ['./*'] }] });

function object(apiVersion: string, kind: string, spec: object): string {
  return JSON.stringify({ apiVersion, kind, metadata: { name: 'one', namespace: 'shop' }, spec });
}

const CONCERNED = ['ServiceWithoutPods', 'SubsetWithoutPods', 'PolicyWithoutPods', 'SelectorWithoutPods'];

function found(text: string): string[] {
  const resources = loadResources([...APPLICATION, text].join('\n---\n'), { file: 'a.yaml' });
  const { findings } = checkManifests(new Cluster(resources));
  return findings.filter(each => CONCERNED.includes(each.id)).map(each => `${each.id}: ${each.severity}`);
}

test.each<[string, (labels: object) => string, string]>([
  ['Service', service, 'ServiceWithoutPods: error'],
  ['subset', subset, 'SubsetWithoutPods: info'],
  ['policy', policy, 'PolicyWithoutPods: warning'],
  ['Sidecar', sidecar, 'SelectorWithoutPods: error'],
])('a %s selects one Pod of a StatefulSet, and none that it does not have', (_name, selecting, finding) => {
  const one = (index: number) => ({ 'statefulset.kubernetes.io/pod-name': `db-${index}` });
  expect(found(selecting(one(1)))).toEqual([]);
  expect(found(selecting({ app: 'db', ...one(1) }))).toEqual([]);
  expect(found(selecting(one(2)))).toEqual([finding]);
});

test('a label that Vault adds to a Pod is a note, if Pods have the others', () => {
  expect(found(service({ app: 'db', 'vault-active': 'true' }))).toEqual(['ServiceWithoutPods: info']);
  expect(found(service({ 'vault-active': 'true' }))).toEqual(['ServiceWithoutPods: error']);
  expect(found(service({ app: 'other', 'vault-active': 'true' }))).toEqual(['ServiceWithoutPods: error']);
  expect(found(service({ app: 'db', active: 'true' }))).toEqual(['ServiceWithoutPods: error']);
});

test('policies for one Pod are no rivals of those for another, and cover no others', () => {
  const telemetry = (name: string, index: number) =>
    JSON.stringify({
      apiVersion: 'telemetry.istio.io/v1',
      kind: 'Telemetry',
      metadata: { name, namespace: 'shop' },
      spec: {
        selector: { matchLabels: { 'apps.kubernetes.io/pod-index': String(index) } },
        accessLogging: [{ providers: [{ name: 'a' }] }],
      },
    });
  const allow = JSON.stringify({
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: 'a', namespace: 'shop' },
    spec: { selector: { matchLabels: { 'apps.kubernetes.io/pod-index': '1' } } },
  });
  const meshed = '{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio-injection: enabled}}}';
  const text = [meshed, ...APPLICATION, telemetry('a', 0), telemetry('b', 1), allow].join('\n---\n');
  const { findings } = checkManifests(new Cluster(loadResources(text, { file: 'a.yaml' })));
  const ids = findings.map(each => each.id);
  expect(ids).not.toContain('RivalSelectors');
  expect(ids).toContain('UncoveredWorkload');
});
