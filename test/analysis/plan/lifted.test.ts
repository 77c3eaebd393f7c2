import fc from 'fast-check';
import { planOf } from '../../../lib/analysis';
import { Cluster, loadResources } from '../../../lib/manifests';
import { meshed, policy, server } from '../../support/mesh-manifests';

const clusterOf = (text: string) =>
  new Cluster(loadResources(text, { file: 'text' }), { namespaceLabels: { '*': {} } });

const REST = meshed('shop') + server('shop', 'web') + server('shop', 'pay');

/** The deletions between two sets of manifests with the same rest, with their stages. */
function deletions(before: string, after = '', rest = REST): string[] {
  return planOf(clusterOf(rest + before), clusterOf(rest + after)).steps.flatMap(({ stage, remove }) =>
    remove.map(({ resource: { kind, name } }) => `${stage} ${kind} ${name}`),
  );
}

const allow = policy('shop', 'web', '[{from: [{source: {namespaces: [shop]}}]}]');
const as = (name: string, text: string) => text.replace('metadata: {name: web', `metadata: {name: ${name}`);
const withAction = (action: string) => as('other', allow).replace('spec: {', `spec: {action: ${action}, `);
const ofNamespace = as('all', allow).replace('selector: {matchLabels: {app: web}}, ', '');
const ofMesh = ofNamespace.replace('namespace: shop', 'namespace: istio-system');
const ofPay = policy('shop', 'pay', '[{}]');

test('the last policy that allows requests is deleted with the grants, whichever workloads it selects', () => {
  expect(deletions(allow)).toEqual(['grants AuthorizationPolicy web']);
  expect(deletions(ofNamespace)).toEqual(['grants AuthorizationPolicy all']);
  expect(deletions(ofMesh)).toEqual(['grants AuthorizationPolicy all']);
});

test.each([
  ['for the same workload', as('other', allow)],
  ['for all workloads of the namespace', ofNamespace],
  ['for all workloads of the mesh', ofMesh],
])('a policy is deleted after routes where another one %s allows requests', (_what, other) => {
  expect(deletions(allow + other, other)).toEqual(['narrow AuthorizationPolicy web']);
  expect(deletions(allow, other)).toEqual(['narrow AuthorizationPolicy web']);
});

test('a policy for several workloads is deleted after routes if one of them has another one', () => {
  expect(deletions(ofNamespace + ofPay, ofPay)).toEqual(['narrow AuthorizationPolicy all']);
  expect(deletions(ofMesh + ofPay, ofPay)).toEqual(['narrow AuthorizationPolicy all']);
});

test('policies that are deleted together are the last, unless one of them has to stay for another workload', () => {
  expect(deletions(allow + ofNamespace)).toEqual(['grants AuthorizationPolicy all', 'grants AuthorizationPolicy web']);
  expect(deletions(allow + ofNamespace + ofPay, ofPay)).toEqual([
    'narrow AuthorizationPolicy all',
    'narrow AuthorizationPolicy web',
  ]);
});

test.each(['DENY', 'CUSTOM', 'AUDIT'])('a policy with action %s is none that allows the rest', action => {
  const other = withAction(action);
  expect(deletions(allow + other, other)).toEqual(['grants AuthorizationPolicy web']);
});

test('a policy without effect, in a dry run, is none that allows the rest', () => {
  const dry = as('other', allow).replace(
    'namespace: shop}',
    "namespace: shop, annotations: {istio.io/dry-run: 'true'}}",
  );
  expect(deletions(allow + dry, dry)).toEqual(['grants AuthorizationPolicy web']);
});

test('a policy that a new or stricter denial replaces is deleted after it, so that nothing is open in between', () => {
  const deny = withAction('DENY');
  expect(deletions(allow, deny)).toEqual(['narrow AuthorizationPolicy web']);
  expect(deletions(allow + deny, deny.replace('[shop]', '[shop, other]'))).toEqual(['narrow AuthorizationPolicy web']);
});

test('a policy of removed workloads is deleted after them, also if it was the last', () => {
  const rest = meshed('shop') + server('shop', 'pay');
  expect(deletions(server('shop', 'web') + allow, '', rest).at(-1)).toBe('rest AuthorizationPolicy web');
});

const network = (name: string, spec: string) =>
  `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}, namespace: shop}\nspec: {${spec}}\n`;
const incoming = network('in', 'podSelector: {matchLabels: {app: web}}, ingress: []');
const outgoing = network('out', 'podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{}]');
const bothWays = network('both', 'podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]');

test('the last NetworkPolicy of a direction is deleted with the grants, and one of several after routes', () => {
  expect(deletions(incoming)).toEqual(['grants NetworkPolicy in']);
  expect(deletions(incoming + outgoing, outgoing)).toEqual(['grants NetworkPolicy in']);
  expect(deletions(incoming + bothWays, bothWays)).toEqual(['narrow NetworkPolicy in']);
  expect(deletions(incoming + bothWays, incoming)).toEqual(['narrow NetworkPolicy both']);
  expect(deletions(incoming + allow, allow)).toEqual(['grants NetworkPolicy in']);
});

const gateway = (name: string, className: string) => `---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: shop}
spec: {gatewayClassName: ${className}, listeners: [{name: http, port: 80, protocol: HTTP}]}
`;
const targeting = (name: string, kind: string, target: string) => `---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: shop}
spec: {targetRefs: [{kind: ${kind}, group: '', name: ${target}}], rules: [{from: [{source: {namespaces: [shop]}}]}]}
`;

const authentication = `---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: tokens, namespace: shop}
spec: {targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: door}], jwtRules: [{issuer: a, jwks: '{}'}]}
`;

test('the last policy of a gateway is deleted with the grants, and one of several after routes', () => {
  const rest = REST + gateway('door', 'istio');
  const [some, other] = [targeting('some', 'Gateway', 'door'), targeting('other', 'Gateway', 'door')];
  expect(deletions(some, '', rest)).toEqual(['grants AuthorizationPolicy some']);
  expect(deletions(some + other, other, rest)).toEqual(['narrow AuthorizationPolicy some']);
  const dry = other.replace('namespace: shop}', "namespace: shop, annotations: {istio.io/dry-run: 'true'}}");
  expect(deletions(some + dry, dry, rest)).toEqual(['grants AuthorizationPolicy some']);
  expect(deletions(some, authentication, rest)).toEqual(['narrow AuthorizationPolicy some']);
});

test('the last policy of a Service at a waypoint is deleted with the grants, and one of several after routes', () => {
  const namespace = `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio.io/dataplane-mode: ambient, istio.io/use-waypoint: w}}\n`;
  const rest = namespace + gateway('w', 'istio-waypoint') + server('shop', 'web') + server('shop', 'pay');
  const some = targeting('some', 'Service', 'web');
  expect(deletions(some, '', rest)).toEqual(['grants AuthorizationPolicy some']);
  const ofWaypoint = targeting('other', 'Gateway', 'w');
  expect(deletions(some + ofWaypoint, ofWaypoint, rest)).toEqual(['narrow AuthorizationPolicy some']);
  const ofOther = targeting('other', 'Service', 'pay');
  expect(deletions(some + ofOther, ofOther, rest)).toEqual(['grants AuthorizationPolicy some']);
});

test('only policies that deny the rest are deleted with the grants, unlike those of tokens', () => {
  expect(deletions(authentication, '', REST + gateway('door', 'istio'))).toEqual([
    'narrow RequestAuthentication tokens',
  ]);
});

/** Policies of a workload that allow a caller by its identity, or NetworkPolicies that do by its label. */
function allowing(caller: string, app: string, names: readonly string[], areOfNetwork: boolean): string {
  const ofNetwork = `podSelector: {matchLabels: {app: ${app}}}, ingress: [{from: [{podSelector: {matchLabels: {role: ${caller}}}}]}]`;
  const ofRequests = policy('shop', app, `[{from: [{source: {principals: [cluster.local/ns/shop/sa/${caller}]}}]}]`);
  return names
    .map(name =>
      areOfNetwork
        ? network(`${app}-${name}`, ofNetwork)
        : ofRequests.replace('metadata: {name: ', `metadata: {name: ${name}-`),
    )
    .join('');
}

test.each([
  ['AuthorizationPolicies', false],
  ['NetworkPolicies', true],
])('a caller with another identity and label keeps its requests, whichever %s are there', (_what, areOfNetwork) => {
  const names = fc.subarray(['a', 'b']);
  const side = (caller: string, ofWeb: readonly string[], ofPay: readonly string[]) =>
    clusterOf(
      [
        REST,
        server('shop', 'cli')
          .replace('serviceAccountName: cli', `serviceAccountName: ${caller}`)
          .replace('app: cli}}', `app: cli, role: ${caller}}}`),
        allowing(caller, 'web', ofWeb, areOfNetwork),
        allowing(caller, 'pay', ofPay, areOfNetwork),
      ].join(''),
    );
  fc.assert(
    fc.property(names, names, names, names, (oldWeb, oldPay, newWeb, newPay) => {
      const { losses } = planOf(side('old', oldWeb, oldPay), side('new', newWeb, newPay));
      expect(losses.filter(each => each.request.startsWith('shop/cli → '))).toEqual([]);
    }),
    { numRuns: 30 },
  );
});
