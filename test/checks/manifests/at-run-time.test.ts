import { checkManifests } from '../../../lib/checks';
import { Cluster, loadResources } from '../../../lib/manifests';

const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n';
const MESH = NAMESPACE.replace('shop}', 'shop, labels: {istio-injection: enabled}}');
const deployment = (
  pod = '{containers: [{name: app, image: a, ports: [{containerPort: 8080}]}]}',
  name = 'name: web',
) =>
  `---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {${name}, namespace: shop}\nspec:\n`
  + `  selector: {matchLabels: {app: web}}\n  template: {metadata: {labels: {app: web}}, spec: ${pod}}\n`;
const service = (port: string) =>
  `---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n`
  + `spec: {selector: {app: web}, ports: [${port}]}\n`;
const rule = (subsets: string, host = 'web') =>
  '---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: web, namespace: shop}\n'
  + `spec: {host: ${host}, subsets: ${subsets}}\n`;
const route = (destination: string) =>
  '---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web, namespace: shop}\n'
  + `spec: {hosts: [web], http: [{timeout: 1s, route: [{destination: ${destination}}]}]}\n`;
const egress = (to: string) =>
  '---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\n'
  + `spec: {podSelector: {}, policyTypes: [Egress], egress: [${to}]}\n`;

function report(text: string) {
  return checkManifests(new Cluster(loadResources(text, { file: 'a.yaml' })));
}

/** The severities of the findings of a check. */
function found(text: string, id: string): string[] {
  return report(text)
    .findings.filter(each => each.id === id)
    .map(each => each.severity);
}

test('of manifests without a mesh nothing is found that only a mesh could have', () => {
  const pod = '{containers: [{name: app, image: a, securityContext: {runAsUser: 1337}}]}';
  const set = deployment(pod) + service('{name: db, port: 80, targetPort: 3306}');
  const external =
    '---\napiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: shop}\n'
    + 'spec: {type: ExternalName, externalName: db.example, ports: [{name: tcp, port: 80}]}\n';
  const ids = ['ReservedUser', 'PortNameForm', 'ServerFirstPort', 'ExternalNamePort'];
  const idsIn = (text: string) => new Set(report(text).findings.map(each => each.id));
  expect([...ids, 'NamespaceNotInjected'].filter(each => idsIn(NAMESPACE + set + external).has(each))).toEqual([]);
  expect(ids.filter(each => idsIn(MESH + set + external).has(each))).toEqual(ids);
});

test('a port that a number names need not be declared, and one that a name names does', () => {
  expect(found(MESH + deployment() + service('{name: http, port: 80, targetPort: 9090}'), 'UnservedPort')).toEqual([
    'info',
  ]);
  expect(found(MESH + deployment() + service('{name: http, port: 80, targetPort: web}'), 'UnservedPort')).toEqual([
    'warning',
  ]);
});

test.each<[string, string, string, string[]]>([
  ['without labels', '[{name: v1}]', '{host: web, subset: v1}', []],
  ['without its labels at any pod', '[{name: v2, labels: {version: v2}}]', '{host: web, subset: v2}', ['error']],
  ['that no route names', '[{name: v2, labels: {version: v2}}]', '{host: web}', ['info']],
])('a subset %s', (_name, subsets, destination, severities) => {
  const set =
    MESH + deployment() + service('{name: http, port: 80, targetPort: 8080}') + rule(subsets) + route(destination);
  expect(found(set, 'SubsetWithoutPods')).toEqual(severities);
});

test('a subset of an external host needs no labels, and none is found with a policy of its own', () => {
  const entry =
    '---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: a, namespace: shop}\n'
    + 'spec: {hosts: [a.example], resolution: DNS, ports: [{number: 80, name: http, protocol: HTTP}]}\n';
  const set = (subset: string) => MESH + entry + rule(`[${subset}]`, 'a.example');
  const subset = '{name: tls, trafficPolicy: {loadBalancer: {simple: RANDOM}}}';
  expect(found(set(subset), 'SubsetWithoutPods')).toEqual([]);
  expect(found(set(subset), 'SubsetWithoutLabels')).toEqual([]);
  expect(found(set('{name: tls}'), 'SubsetWithoutLabels')).toEqual(['info']);
});

test.each([
  ['to pods of its own namespace', '{to: [{podSelector: {}}]}', 2],
  ['to another namespace', '{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: db}}}]}', 2],
  [
    'to the namespace of DNS',
    '{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]}',
    1,
  ],
  ['to all namespaces', '{to: [{namespaceSelector: {}}]}', 0],
  ['to a namespace of unknown labels', '{to: [{namespaceSelector: {matchLabels: {team: core}}}]}', 0],
  ['to addresses', '{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}', 0],
  ['to all', '{}', 0],
])('egress without ports %s', (_name, to, count) => {
  expect(found(MESH + deployment() + egress(to), 'BlockedSystemTraffic')).toHaveLength(count);
});

test('hosts of a Gateway that is missing are not checked', () => {
  const bound = route('{host: web}').replace('hosts:', 'gateways: [nowhere], hosts:');
  expect(found(MESH + bound, 'UnknownGateway')).toEqual(['error']);
  expect(found(MESH + bound, 'HostNotInGateway')).toEqual([]);
});

test('what a placeholder causes is suppressed with the reason, unless manifests suppress nothing', () => {
  const set = MESH + route('{host: "${HOST}", port: {number: "${PORT}"}}') + service('{name: http, port: 80}');
  expect(report(set).findings.filter(each => each.severity === 'error')).toEqual([]);
  expect(report(set).suppressed.map(each => each.reason)).toEqual(
    expect.arrayContaining(['the placeholder ${HOST} has no value here', 'the placeholder ${PORT} has no value here']),
  );
  const strict = checkManifests(new Cluster(loadResources(set, { file: 'a.yaml' })), { inlineSuppressions: false });
  expect(strict.findings.some(each => each.severity === 'error')).toBe(true);
  const here = service('{name: http, port: 80}');
  expect(found(MESH + route('{host: "$HOST"}') + here, 'UnknownDestination')).toEqual(['error']);
});

test('two Jobs of one generated name that a Sidecar selects are no rivals', () => {
  const job =
    '---\napiVersion: batch/v1\nkind: Job\nmetadata: {generateName: a-, namespace: shop}\n'
    + 'spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app, image: a}]}}}\n';
  const sidecar =
    '---\napiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: web, namespace: shop}\n'
    + 'spec: {workloadSelector: {labels: {app: web}}}\n';
  expect(found(MESH + job + job + sidecar, 'RivalSelectors')).toEqual([]);
});

test('Sidecars that share several workloads are one finding each, which counts the workloads', () => {
  const sidecar = (name: string, labels: string) =>
    `---\napiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: ${name}, namespace: shop}\n`
    + `spec: {workloadSelector: {labels: {${labels}}}}\n`;
  const pods = ['a', 'b', 'c'].map(name => deployment(undefined, `name: ${name}`)).join('');
  const other = deployment(undefined, 'name: other').replaceAll('app: web', 'app: other, tier: web');
  const { findings } = report(
    [MESH, pods, other, sidecar('one', 'app: web'), sidecar('two', 'app: web'), sidecar('own', 'tier: web')].join(''),
  );
  expect(findings.filter(each => each.id === 'RivalSelectors').map(each => each.message)).toEqual([
    'Sidecar shop/two also selects Deployment shop/a and 2 more, and only one of them takes effect.',
    'Sidecar shop/one also selects Deployment shop/a and 2 more, and only one of them takes effect.',
  ]);
});

test('a Sidecar with another selector for one of the workloads is a rival as well', () => {
  const sidecar = (name: string, labels: string) =>
    `---\napiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: ${name}, namespace: shop}\n`
    + `spec: {workloadSelector: {labels: {${labels}}}}\n`;
  const pod = deployment().replace('{labels: {app: web}}', '{labels: {app: web, tier: web}}');
  expect(found(MESH + pod + sidecar('one', 'app: web') + sidecar('two', 'tier: web'), 'RivalSelectors')).toHaveLength(
    2,
  );
});
