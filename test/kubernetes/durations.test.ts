import { Duration, Testing } from 'cdk8s';
import { ClusterApp, ExternalAuthorizer, Mesh, RetryOn, type Target, Topology, TopologyChart } from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { gatewayDurationOf } from '../../lib/kubernetes';
import { one, plain, type Rendered } from '../istio/support';

test.each([
  [Duration.millis(0), '0s'],
  [Duration.millis(1), '1ms'],
  [Duration.seconds(15), '15s'],
  [Duration.minutes(5), '300s'],
  [Duration.millis(99_999), '99999ms'],
  [Duration.seconds(99_999), '99999s'],
  [Duration.millis(100_500), '1m40s500ms'],
  [Duration.days(2), '48h'],
  [Duration.seconds(100_001), '27h46m41s'],
  [Duration.millis(86_400_001), '24h1ms'],
  [Duration.hours(99_999), '99999h'],
])('a duration of the Gateway API has numbers of up to five digits: %s is %s', (duration, text) => {
  expect(gatewayDurationOf(duration)).toBe(text);
  expect(text).toMatch(/^([0-9]{1,5}(h|m|s|ms)){1,4}$/);
});

function render(mesh: Target): Rendered[] {
  const timeout = Duration.millis(100_500);
  const shop = new Topology('shop');
  const web = plain(shop, 'web');
  if (mesh.mutualTls) {
    shop.addService('jobs', { image: 'example/jobs:1' }).calls(web, { timeout });
  }
  const edge = shop.addEdge('door', { host: 'shop.example' });
  edge.route('GET /', web, { timeout });
  return Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh })) as Rendered[];
}

test.each<[string, Target]>([
  ["Istio's gateway", Mesh.istio()],
  ['Envoy Gateway', Mesh.none({ gateway: new EnvoyGateway() })],
])('the timeout of a route at %s has that format', (_title, mesh) => {
  expect(one(render(mesh), 'HTTPRoute', 'door').spec.rules[0].timeouts).toEqual({ request: '1m40s500ms' });
});

test('the timeout of a call has the format of the API that has it', () => {
  expect(one(render(Mesh.ambient()), 'HTTPRoute', 'web').spec.rules[0].timeouts).toEqual({ request: '1m40s500ms' });
  expect(one(render(Mesh.istio()), 'VirtualService', 'web').spec.http[0].timeout).toBe('100500ms');
});

test('the timeouts of each attempt and of an authorizer at Envoy Gateway have that format', () => {
  const shop = new Topology('shop');
  const [web, authz] = [plain(shop, 'web'), plain(shop, 'authz')];
  const timeout = Duration.millis(100_500);
  shop.addEdge('door', { host: 'shop.example', timeout: Duration.hours(1) }).route('GET /', web, {
    retries: { attempts: 1, on: [RetryOn.RESET], perTryTimeout: timeout },
    authorizer: ExternalAuthorizer.of({ service: authz, timeout }),
  });
  const mesh = Mesh.none({ gateway: new EnvoyGateway() });
  const objects = Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh })) as Rendered[];
  const [retries] = objects.filter(each => each.kind === 'BackendTrafficPolicy' && each.spec.retry);
  expect(retries?.spec.retry.perRetry).toEqual({ timeout: '1m40s500ms' });
  expect(one(objects, 'SecurityPolicy', 'door').spec.extAuth.timeout).toBe('1m40s500ms');
});
