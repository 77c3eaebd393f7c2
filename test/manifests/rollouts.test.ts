import { checkManifests } from '../../lib/checks';
import { Cluster, loadResources } from '../../lib/manifests';

const service = (name: string, selector?: string) => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { ports: [{ name: http, port: 80 }]${selector === undefined ? '' : `, selector: ${selector}`} }
---`;

const rollout = (strategy: string, namespace = 'shop') => `
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: { name: cart, namespace: ${namespace} }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { app: cart, version: v1 } }
    spec: { containers: [{ name: cart, image: 'cart:1', ports: [{ containerPort: 80 }] }] }
  strategy: ${strategy}
`;

const CANARY = '{ canary: { stableService: stable, canaryService: canary } }';

const clusterOf = (text: string) => new Cluster(loadResources(text, { file: 'a.yaml' }));

function selectedBy(name: string, text: string): string[] {
  const cluster = clusterOf(text);
  const found = cluster.all('Service').find(each => each.name === name);
  return (found ? cluster.selectedBy(found) : []).map(each => each.name);
}

test.each([
  ['stable', CANARY],
  ['canary', CANARY],
  ['active', '{ blueGreen: { activeService: active, previewService: preview } }'],
  ['preview', '{ blueGreen: { activeService: active, previewService: preview } }'],
])('the Service %s of a Rollout selects its Pods, also before the controller sets its selector', (name, strategy) => {
  expect(selectedBy(name, service(name) + rollout(strategy))).toEqual(['cart']);
});

test('a Service without a selector that no Rollout of its namespace names selects no Pods', () => {
  expect(selectedBy('other', service('other') + rollout(CANARY))).toEqual([]);
  expect(selectedBy('stable', service('stable') + rollout(CANARY, 'elsewhere'))).toEqual([]);
});

test.each(["{ rollouts-pod-template-hash: '5f9' }", "{ app: cart, rollouts-pod-template-hash: '5f9' }"])(
  'a selector as the controller has set it, %s, selects the Pods of the template',
  selector => {
    const text = service('stable', selector) + rollout(CANARY);
    expect(selectedBy('stable', text)).toEqual(['cart']);
    expect(checkManifests(clusterOf(text)).findings.filter(({ id }) => id === 'ServiceWithoutPods')).toEqual([]);
  },
);

test('the workload of a Rollout is one of each of its Services', () => {
  const cluster = clusterOf(service('stable') + service('canary') + service('cart', '{ app: cart }') + rollout(CANARY));
  expect(cluster.workloads.all.flatMap(each => cluster.servicesOf(each)).map(({ name }) => name)).toEqual([
    'stable',
    'canary',
    'cart',
  ]);
});
