import { CHECKS } from '../../../../lib/checks';
import { Cluster } from '../../../../lib/manifests';
import { Manifests } from '../../../../lib/testing';

const asking = (name: string, provider: string, spec: object = {}) => ({
  apiVersion: 'security.istio.io/v1',
  kind: 'AuthorizationPolicy',
  metadata: { name, namespace: 'edge' },
  spec: { action: 'CUSTOM', provider: { name: provider }, rules: [{}], ...spec },
});
const gateway = (gatewayClassName: string) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'door', namespace: 'edge' },
  spec: { gatewayClassName, listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
});
const AT_DOOR = { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'door' }] };
const BY_LABEL = { selector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'door' } } };

function found(...objects: object[]): number {
  const { resources } = Manifests.ofYaml(objects.map(each => JSON.stringify(each)).join('\n---\n'));
  const cluster = new Cluster(resources);
  return CHECKS.filter(each => each.id === 'SeveralAuthorizers').flatMap(each => [...each.find(cluster)]).length;
}

test.each<[string, object, object, number]>([
  ['both for a Gateway', AT_DOOR, AT_DOOR, 2],
  ['for a Gateway and for its namespace', AT_DOOR, {}, 2],
  ['for a Gateway and for the labels of its Pods', AT_DOOR, BY_LABEL, 2],
  ['for a Gateway and for other Pods', AT_DOOR, { selector: { matchLabels: { app: 'other' } } }, 0],
])('two policies with authorizers, %s', (_name, one, other, count) => {
  expect(found(gateway('istio'), asking('a', 'opa', one), asking('b', 'ory', other))).toBe(count);
  expect(found(gateway('istio'), asking('a', 'opa', one), asking('b', 'opa', other))).toBe(0);
});

test('Envoy Gateway does not have policies of Istio', () => {
  expect(found(gateway('eg'), asking('a', 'opa', AT_DOOR), asking('b', 'ory', AT_DOOR))).toBe(0);
});
