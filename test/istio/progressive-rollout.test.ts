import { Duration, JsonPatch, Testing } from 'cdk8s';
import {
  ClusterApp,
  HeaderMatch,
  Mesh,
  Peer,
  type ProgressiveRolloutProps,
  type ServiceProps,
  Topology,
  TopologyChart,
} from '../../lib';
import { checkManifests } from '../../lib/checks';
import { Cluster } from '../../lib/manifests';
import { Manifests, Traffic } from '../../lib/testing';
import { names, one, plain, render, type Rendered } from './support';

const PROMETHEUS = 'http://prometheus.monitoring:9090';

/** web calls cart, whose changes get requests step by step. */
function shop(props: Partial<ProgressiveRolloutProps> = {}, cartProps: Partial<ServiceProps> = {}) {
  const topology = new Topology('shop');
  const cart = plain(topology, 'cart', { slo: { availability: 99.9 }, ...cartProps });
  cart.rollout({ prometheus: PROMETHEUS, ...props });
  const web = topology.addService('web', { image: 'example/web:1' });
  web.calls(cart, { timeout: Duration.seconds(2) });
  return { topology, cart, web };
}

const canaryOf = (topology: Topology) => one(render(topology), 'Rollout', 'cart-v1').spec.strategy.canary;

test('a Rollout replaces the Deployment, with the same pods', () => {
  const objects = render(shop().topology);
  const without = new Topology('shop');
  plain(without, 'cart', { slo: { availability: 99.9 } });
  const deployment = one(render(without), 'Deployment', 'cart-v1');
  const { strategy, progressDeadlineAbort, ...spec } = one(objects, 'Rollout', 'cart-v1').spec;
  expect(names(objects, 'Deployment')).toEqual(['web-v1']);
  expect(spec).toEqual(deployment.spec);
  expect(progressDeadlineAbort).toBe(true);
  expect(strategy.canary).toEqual({
    stableService: 'cart-stable',
    canaryService: 'cart-canary',
    trafficRouting: { istio: { virtualService: { name: 'cart', routes: ['rollout-1'] } } },
    steps: [5, 25, 50].flatMap(setWeight => [{ setWeight }, { analysis: { templates: [{ templateName: 'cart' }] } }]),
  });
});

test('all requests of callers are for the stable pods, in a rule that the controller finds by its name', () => {
  const to = (name: string, weight: number) => ({
    destination: { host: `${name}.shop.svc.cluster.local`, port: { number: 80 } },
    weight,
  });
  expect(one(render(shop().topology), 'VirtualService', 'cart').spec.http).toEqual([
    {
      name: 'rollout-1',
      match: [{ port: 80 }],
      retries: { attempts: 0 },
      timeout: '2s',
      route: [to('cart-stable', 100), to('cart-canary', 0)],
    },
  ]);
});

test('each rule with its own policy is named, and direct responses are not', () => {
  const { topology, cart } = shop();
  cart.respondDirectly(HeaderMatch.exact('x-test', 'yes'), { status: 204 });
  plain(topology, 'batch').calls(cart, { timeout: Duration.seconds(30) });
  const { http } = one(render(topology), 'VirtualService', 'cart').spec;
  const routed = (http as { name?: string; route?: object }[]).filter(({ route }) => route);
  expect(routed.length).toBe(3);
  expect(canaryOf(topology).trafficRouting.istio.virtualService.routes).toEqual(routed.map(({ name }) => name));
});

test('the Services of old and new pods have no selector, which the controller sets and an apply would reset', () => {
  const objects = render(shop().topology);
  for (const name of ['cart-stable', 'cart-canary']) {
    expect(one(objects, 'Service', name).spec).toEqual({ ports: [{ name: 'http', port: 80, targetPort: 80 }] });
  }
  expect(one(objects, 'Service', 'cart').spec.selector).toEqual({ app: 'cart' });
});

test('each step needs measurements of the new pods alone that meet the objectives', () => {
  const { topology } = shop(
    { interval: Duration.seconds(30), measurements: 3, burnRate: 10, steps: [10] },
    { slo: { availability: 99.9, latency: { percent: 99, within: Duration.millis(500) } } },
  );
  const [availability, latency, ...others] = one(render(topology), 'AnalysisTemplate', 'cart').spec.metrics;
  const canary = 'reporter="source",destination_service="cart-canary.shop.svc.cluster.local"';
  expect(others).toEqual([]);
  expect(availability).toEqual({
    name: 'availability',
    initialDelay: '30s',
    interval: '30s',
    count: 3,
    successCondition: 'len(result) > 0 && result[0] <= 0.01',
    failureCondition: 'len(result) > 0 && result[0] > 0.01',
    provider: {
      prometheus: {
        address: PROMETHEUS,
        query:
          `(sum(rate(istio_requests_total{${canary},response_code=~"5.."}[30s])) or vector(0))`
          + ` / sum(rate(istio_requests_total{${canary}}[30s]))`,
      },
    },
  });
  expect(latency.successCondition).toBe('len(result) > 0 && result[0] <= 0.1');
  expect(latency.provider.prometheus.query).toContain(`_bucket{${canary},le=~"500`);
  expect(canaryOf(topology).steps[0]).toEqual({ setWeight: 10 });
});

test('objectives of the service count the requests to old and new pods', () => {
  const rule = one(render(shop().topology), 'PrometheusRule', 'cart.slo');
  expect(rule.spec.groups[0].rules[0].expr).toMatch(/destination_service=~"cart\\\\\..*\|cart-stable.*\|cart-canary/);
});

test('its objects are these', () => {
  const kinds = ['Rollout', 'AnalysisTemplate', 'Service', 'VirtualService'];
  expect(render(shop().topology).filter(({ kind }) => kinds.includes(kind))).toMatchSnapshot();
});

test('patches apply to the Rollout, and it has no Deployment', () => {
  const { topology, cart } = shop();
  const chart = new TopologyChart(new ClusterApp(), 'test', { topology, mesh: Mesh.istio() });
  const path = '/spec/strategy/canary/abortScaleDownDelaySeconds';
  chart.object('Rollout', 'cart-v1').addJsonPatch(JsonPatch.add(path, 60));
  chart.workload(cart).podMetadata.addAnnotation('team', 'pay');
  const { spec } = one(Testing.synth(chart) as Rendered[], 'Rollout', 'cart-v1');
  expect(spec.strategy.canary.abortScaleDownDelaySeconds).toBe(60);
  expect(spec.template.metadata.annotations).toEqual({ team: 'pay' });
  expect(() => chart.deployment(cart)).toThrow(/cart is a Rollout, so this chart has no Deployment/);
});

test('how many pods are replaced at a time is declared as for a Deployment', () => {
  const rollout = { maxSurge: '1', maxUnavailable: '0', minReady: Duration.seconds(5), revisionHistoryLimit: 3 };
  const { spec } = one(render(shop({}, { rollout }).topology), 'Rollout', 'cart-v1');
  expect(spec).toMatchObject({ minReadySeconds: 5, revisionHistoryLimit: 3 });
  expect(spec.strategy.canary).toMatchObject({ maxSurge: 1, maxUnavailable: 0 });
  expect(spec.strategy.rollingUpdate).toBeUndefined();
});

test('autoscalers scale the Rollout', () => {
  const target = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'cart-v1' };
  const byCpu = render(
    shop({}, { autoscaling: { min: 2, max: 5, cpuPercent: 70 }, resources: { cpu: '100m' } }).topology,
  );
  expect(one(byCpu, 'HorizontalPodAutoscaler', 'cart-v1').spec.scaleTargetRef).toEqual(target);
  expect(one(byCpu, 'Rollout', 'cart-v1').spec.replicas).toBeUndefined();
  const kedaTriggers = [{ type: 'cron', metadata: { timezone: 'UTC' } }];
  const byKeda = render(shop({}, { autoscaling: { min: 2, max: 5, kedaTriggers } }).topology);
  expect(one(byKeda, 'ScaledObject', 'cart-v1').spec.scaleTargetRef).toEqual(target);
});

test('the circuit breaker limits the connections to old and to new pods', () => {
  const { topology, cart } = shop();
  cart.addCircuitBreaker({ maxConnections: 10 });
  const rules = render(topology).filter(({ kind }) => kind === 'DestinationRule');
  expect(rules.map(({ spec }) => spec.host)).toEqual([
    'cart-stable.shop.svc.cluster.local',
    'cart-canary.shop.svc.cluster.local',
  ]);
  rules.forEach(({ spec }) => {
    expect(spec.trafficPolicy.connectionPool.tcp.maxConnections).toBe(10);
  });
});

test('routes of an edge lead to the stable pods, with a grant for their Service', () => {
  const { topology, cart } = shop({}, { namespace: 'other' });
  topology.addEdge('api', { host: 'api.example.com' }).route('GET /', cart);
  const objects = render(topology);
  expect(one(objects, 'HTTPRoute', 'api').spec.rules[0].backendRefs).toEqual([
    { name: 'cart-stable', namespace: 'other', port: 80 },
  ]);
  expect(one(objects, 'ReferenceGrant', 'api.shop-routes').spec.to).toEqual([
    { group: '', kind: 'Service', name: 'cart' },
    { group: '', kind: 'Service', name: 'cart-stable' },
  ]);
});

test('callers outside the topology follow the weights, too', () => {
  const { topology, cart } = shop();
  cart.allowFrom(Peer.serviceAccount({ namespace: 'other', name: 'client' }));
  expect(one(render(topology), 'VirtualService', 'cart').spec.exportTo).toBeUndefined();
});

test('a rollout without calls is an error, since new pods would get no request', () => {
  const topology = new Topology('shop');
  plain(topology, 'cart', { slo: { availability: 99.9 } }).rollout({ prometheus: PROMETHEUS });
  expect(() => render(topology)).toThrow(/No call leads to it/);
});

test.each([Mesh.none(), Mesh.ambient(), Mesh.linkerd()].map(mesh => [mesh.name, mesh] as const))(
  '%s reports that it cannot, by name',
  (_name, mesh) => {
    const { topology } = shop();
    const { findings } = new TopologyChart(new ClusterApp(), 'test', { topology, mesh });
    const message = `It requires a progressive rollout, which ${mesh.name} does not support.`;
    expect(findings.find(each => each.message === message)?.fix).toMatch(/^Use Mesh\.istio\(\), or .* `split`\.$/);
  },
);

describe('what reads the manifests', () => {
  function rendered(weights = [100, 0]) {
    const { topology } = shop();
    const app = new ClusterApp();
    const chart = new TopologyChart(app, 'test', { topology, mesh: Mesh.istio() });
    weights.forEach((weight, index) => {
      chart
        .object('VirtualService', 'cart')
        .addJsonPatch(JsonPatch.replace(`/spec/http/0/route/${index}/weight`, weight));
    });
    return Manifests.ofApp(app);
  }

  test('the simulator routes requests to the pods of the Rollout, with the weights of any step', () => {
    for (const weights of [
      [100, 0],
      [75, 25],
    ]) {
      const result = Traffic.of(rendered(weights)).from('web').http('GET http://cart/');
      result.expectAllowed();
      result.expectRoutedTo('cart-v1');
    }
  });

  test.each([
    [100, 0],
    [75, 25],
  ])('the checks find nothing wrong with the weights %d and %d', (...weights) => {
    const { findings } = checkManifests(new Cluster([...rendered(weights).resources]));
    expect(findings.map(({ id, message }) => `${id}: ${message}`)).toEqual([]);
  });
});
