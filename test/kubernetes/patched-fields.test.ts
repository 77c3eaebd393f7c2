import { ApiObject, App, Chart, Duration, JsonPatch, Testing } from 'cdk8s';
import { ClusterApp, Mesh, Port, Topology, TopologyChart } from '../../lib';
import { AuthorizationPolicy } from '../../lib/istio';
import { plain } from '../istio/support';

function chartOf(): TopologyChart {
  const shop = new Topology('shop');
  const web = plain(shop, 'web', { resources: { cpu: '100m' }, autoscaling: { min: 2, max: 4 } });
  web.calls(plain(shop, 'cart'), { timeout: Duration.seconds(3) });
  web.calls(shop.addExternalService('bank', { host: 'bank.example', port: Port.tls(443) }));
  shop.addEdge('door', { host: 'shop.example' }).route('GET /', web);
  return new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh: Mesh.istio() });
}

test.each<[kind: string, name: string, path: string, value: unknown, told: string]>([
  ['Namespace', 'shop', '/spec', { finalizer: [] }, 'Did you mean finalizers?'],
  ['Service', 'web', '/spec/internaltrafficpolicy', 'Local', 'Did you mean internalTrafficPolicy?'],
  ['Service', 'web', '/spec/internalTrafficPolicy', 'Loca', 'Did you mean Local?'],
  ['Service', 'web', '/nosuch', {}, 'no field "nosuch"'],
  ['ServiceAccount', 'web', '/imagePullSecret', [{ name: 'x' }], 'Did you mean imagePullSecrets?'],
  ['Deployment', 'web-v1', '/spec/template/spec/nodeselector', { a: 'b' }, 'Did you mean nodeSelector?'],
  ['Deployment', 'web-v1', '/spec/template/metadata/annotation', { a: 'b' }, 'Did you mean annotations?'],
  ['Deployment', 'cart-v1', '/spec/replicas', '3', 'spec.replicas'],
  ['HorizontalPodAutoscaler', 'web-v1', '/spec/behaviour', {}, 'Did you mean behavior?'],
  ['PodDisruptionBudget', 'web', '/spec/minAvailible', 1, 'Did you mean minAvailable?'],
  ['NetworkPolicy', 'cart', '/spec/ingress/0/form', [], 'Did you mean from?'],
  ['PeerAuthentication', 'default', '/spec/mtls/mode', 'STRIC', 'Did you mean STRICT?'],
  ['AuthorizationPolicy', 'cart', '/spec/rules/0/wen', [], 'Did you mean when?'],
  ['Sidecar', 'web', '/spec/outboundTrafficPolicy/mode', 'ALOW_ANY', 'Did you mean ALLOW_ANY?'],
  ['Telemetry', 'default', '/spec/tracings', [], 'Did you mean tracing?'],
  ['VirtualService', 'cart', '/spec/http/0/retry', { attempts: 1 }, 'no field "retry"'],
  ['VirtualService', 'cart', '/spec/http/0/timeout', '5', 'a number with a unit'],
  ['ServiceEntry', 'bank', '/spec/resolution', 'DSN', 'Did you mean DNS?'],
  ['Gateway', 'door', '/spec/listener', [], 'Did you mean listeners?'],
  ['HTTPRoute', 'door', '/spec/rules/0/timeout', '5s', 'Did you mean timeouts?'],
])(
  'a patch of a %s %s at %s with a field or value that the API does not have is an error',
  (kind, name, path, value, told) => {
    const chart = chartOf();
    const object = chart.object(kind, name);
    object.addJsonPatch(JsonPatch.add(path, value));

    expect(() => Testing.synth(chart)).toThrow(told);
    expect(() => Testing.synth(chart)).toThrow(
      expect.objectContaining({ code: 'InvalidPatch', path: object.node.path }),
    );
  },
);

test('a typed resource of any chart is compared with its schema when it is patched', () => {
  const chart = new Chart(new App(), 'own');
  const policy = new AuthorizationPolicy(chart, 'policy', { spec: { action: 'DENY' } });
  policy.addJsonPatch(JsonPatch.add('/spec/rule', []));
  expect(() => chart.toJson()).toThrow(/AuthorizationPolicy.*Did you mean rules\?/);
});

test('a patch is not blamed for what an object has without it', () => {
  const app = new ClusterApp();
  const chart = new Chart(app, 'own');
  const object = new ApiObject(chart, 'map', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'map' },
    nosuch: 1,
  });
  object.addJsonPatch(JsonPatch.add('/data', { a: 'b' }));
  expect(object.toJson()).toMatchObject({ data: { a: 'b' } });
});

test('an object of a kind without a schema is patched as it is', () => {
  const chart = new Chart(new ClusterApp(), 'own');
  const object = new ApiObject(chart, 'any', { apiVersion: 'example.com/v1', kind: 'Any', metadata: { name: 'any' } });
  object.addJsonPatch(JsonPatch.add('/spec', { anything: 1 }));
  expect(object.toJson()).toMatchObject({ spec: { anything: 1 } });
});
