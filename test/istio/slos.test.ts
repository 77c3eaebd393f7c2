import { Duration, Testing } from 'cdk8s';
import {
  ClusterApp,
  Mesh,
  Operation,
  Port,
  type ServiceProps,
  type Slo,
  type Target,
  Topology,
  TopologyChart,
} from '../../lib';
import { names, one, plain, render, type Rendered } from './support';

const AVAILABILITY: Slo = { availability: 99.9 };
const LATENCY: Slo = { latency: { percent: 99, within: Duration.millis(500) } };

/** web calls cart. */
function shop(cartProps: Partial<ServiceProps> = {}, slo?: Slo) {
  const topology = new Topology('shop');
  const cart = plain(topology, 'cart', { port: Port.http(80), ...cartProps });
  const web = plain(topology, 'web');
  web.calls(cart, { slo });
  return { topology, cart, web };
}

function ambient(topology: Topology, mesh: Target = Mesh.ambient()): Rendered[] {
  return Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology, mesh })) as Rendered[];
}

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Record<string, string>;
}

const rulesIn = (objects: readonly Rendered[], name: string) =>
  (one(objects, 'PrometheusRule', name).spec as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);

const KINDS = ['PrometheusRule', 'PodMonitor'];

test('without objectives nothing monitors the topology', () => {
  const objects = render(shop().topology);
  expect(KINDS.flatMap(kind => names(objects, kind))).toEqual([]);
  expect(names(objects, 'ConfigMap')).toEqual([]);
});

test('objectives of a service are measured by the requests of all callers, those of a call by its own', () => {
  const objects = render(shop({ slo: AVAILABILITY }, LATENCY).topology);
  expect(names(objects, 'PrometheusRule')).toEqual(['cart.slo', 'web.calls.slo']);
  const [ofService] = rulesIn(objects, 'cart.slo');
  expect(ofService).toEqual({
    record: 'slo:request_misses:ratio_rate5m',
    expr:
      '(sum(rate(istio_requests_total{reporter="source",destination_service="cart.shop.svc.cluster.local",'
      + 'response_code=~"5.."}[5m])) or vector(0)) / sum(rate(istio_requests_total{reporter="source",'
      + 'destination_service="cart.shop.svc.cluster.local"}[5m]))',
    labels: { namespace: 'shop', service: 'cart', slo: 'availability' },
  });
  const [ofCall] = rulesIn(objects, 'web.calls.slo');
  expect(ofCall?.labels).toEqual({ namespace: 'shop', service: 'cart', slo: 'latency', caller: 'shop/web' });
  expect(ofCall?.expr).toContain('source_principal="spiffe://cluster.local/ns/shop/sa/web"');
  expect(ofCall?.expr).toMatch(/^1 - \(sum.*_bucket.*le=~"500\(\\\\\.0\)\?".*_count/);
});

test('alerts watch two windows each, and their limit is the budget times the burn rate', () => {
  const alerts = rulesIn(render(shop({ slo: AVAILABILITY }).topology), 'cart.slo').filter(
    ({ alert }) => alert === 'ErrorBudgetBurn',
  );
  expect(alerts.map(({ labels, for: after }) => [labels.window, labels.severity, after])).toEqual([
    ['1h', 'critical', '2m'],
    ['6h', 'critical', '15m'],
    ['1d', 'warning', '1h'],
    ['3d', 'warning', '3h'],
  ]);
  const selector = '{caller="",namespace="shop",service="cart",slo="availability"}';
  expect(alerts[0]?.expr).toBe(
    `slo:request_misses:ratio_rate1h${selector} > 14.4 * 0.001 and slo:request_misses:ratio_rate5m${selector} > 14.4 * 0.001`,
  );
});

test('an alert fires where there are no metrics of the objective', () => {
  const unknown = rulesIn(render(shop({ slo: AVAILABILITY }).topology), 'cart.slo').at(-1);
  expect(unknown).toMatchObject({ alert: 'ServiceLevelUnknown', for: '1h' });
  expect(unknown?.expr).toBe(
    'absent(istio_requests_total{reporter="source",destination_service="cart.shop.svc.cluster.local"})',
  );
});

test('failures of gRPC are counted by their status as well', () => {
  const [rule] = rulesIn(render(shop({ port: Port.grpc(80), slo: AVAILABILITY }).topology), 'cart.slo');
  expect(rule?.expr).toContain('response_code!~"5..",grpc_response_status=~"2|4|8|13|14|15"');
});

test('requests that are routed to a version have its Service as their destination', () => {
  const { topology, cart } = shop({ versions: { v1: {}, v2: {} }, slo: AVAILABILITY });
  cart.split({ v1: 90, v2: 10 });
  const [rule] = rulesIn(render(topology), 'cart.slo');
  const hosts = ['cart', 'cart-v1', 'cart-v2'].map(name => `${name}\\\\.shop\\\\.svc\\\\.cluster\\\\.local`);
  expect(rule?.expr).toContain(`destination_service=~"${hosts.join('|')}"`);
});

test('the trust domain is that of the mesh', () => {
  const objects = render(shop({}, AVAILABILITY).topology, { trustDomain: 'shop.example' });
  expect(rulesIn(objects, 'web.calls.slo')[0]?.expr).toContain('"spiffe://shop.example/ns/shop/sa/web"');
});

test('proxies of each namespace are scraped, and labels are those that a Prometheus selects by', () => {
  const objects = render(shop({ slo: AVAILABILITY }).topology, { monitoringLabels: { release: 'prometheus' } });
  const monitor = one(objects, 'PodMonitor', 'istio-proxies', 'shop');
  expect(monitor.spec).toEqual({
    selector: {},
    podMetricsEndpoints: [{ port: 'http-envoy-prom', path: '/stats/prometheus', interval: '15s' }],
  });
  for (const object of [
    monitor,
    one(objects, 'PrometheusRule', 'cart.slo'),
    one(objects, 'ConfigMap', 'shop.dashboard'),
  ]) {
    expect(object.metadata.labels).toMatchObject({ release: 'prometheus' });
  }
});

test('the dashboard has a row of panels for each service that receives requests', () => {
  const { metadata, data } = one(render(shop({ slo: AVAILABILITY }).topology), 'ConfigMap', 'shop.dashboard');
  expect(metadata.labels).toMatchObject({ grafana_dashboard: '1' });
  const { title, panels } = JSON.parse(data?.['shop.json'] ?? '') as {
    title: string;
    panels: { type: string; title: string; targets?: { expr: string }[] }[];
  };
  expect(title).toBe('shop');
  const panelsOf = (name: string) => [name, 'Requests by caller', 'Failures', 'Latency'];
  expect(panels.map(each => each.title)).toEqual([...panelsOf('shop/cart'), ...panelsOf('shop/web')]);
  expect(panels[1]?.targets?.[0]?.expr).toMatch(/^sum by \(source_workload_namespace, source_workload\) \(rate/);
});

test('in ambient mode a service with objectives, or calls that have some, has a waypoint, which counts requests', () => {
  for (const { topology } of [shop({ slo: AVAILABILITY }), shop({}, AVAILABILITY)]) {
    const objects = ambient(topology);
    expect(one(objects, 'Service', 'cart').metadata.labels).toMatchObject({ 'istio.io/use-waypoint': 'waypoint' });
    expect(names(objects, 'PrometheusRule')).toHaveLength(1);
  }
});

test('in ambient mode objectives of calls to a service without a waypoint are an error', () => {
  expect(() => ambient(shop({ inMesh: false }, AVAILABILITY).topology)).toThrow(/waypoint.*objectives of its calls/s);
});

test('objectives without the dimensions that they are measured by are an error', () => {
  const { topology } = shop({ slo: AVAILABILITY });
  expect(() => render(topology, { metrics: { removedTags: ['response_code'] } })).toThrow(
    /response_code.*removedTags/s,
  );
});

test('objectives of calls to a pattern of hosts are an error', () => {
  const { topology, web } = shop();
  const any = topology.addExternalService('any', { host: '*.example.com', port: Port.http(80) });
  web.calls(any, { slo: AVAILABILITY });
  expect(() => render(topology)).toThrow('pattern *.example.com');
});

test('objectives are an error where nothing renders them', () => {
  for (const { topology } of [shop({ slo: AVAILABILITY }), shop({}, AVAILABILITY)]) {
    const chart = new TopologyChart(new ClusterApp(), 'test', { topology, mesh: Mesh.none() });
    expect(chart.node.validate().join()).toContain('service level objectives');
  }
});

describe('a request is counted once', () => {
  const expressionOf = (objects: readonly Rendered[]) => rulesIn(objects, 'cart.slo')[0]?.expr;

  test('by the waypoint or the gateway in ambient mode, since requests of gateways do not pass the waypoint', () => {
    expect(expressionOf(ambient(shop({ slo: AVAILABILITY }).topology))).toContain('reporter=~"source|waypoint"');
  });

  test('by the waypoint alone where requests of gateways pass it as well', () => {
    const { topology, cart } = shop({ slo: AVAILABILITY, deniedOperations: [Operation.http('ANY /admin/*')] });
    topology.addEdge('api', { host: 'api.example.com' }).route('GET /', cart);
    const objects = ambient(topology);
    expect(expressionOf(objects)).toContain('{reporter="waypoint",destination_service=');
    const dashboard = one(objects, 'ConfigMap', 'shop.dashboard').data?.['shop.json'];
    expect(dashboard).toContain('reporter=\\"waypoint\\"');
    expect(dashboard).not.toContain('source|waypoint\\",destination_service=\\"cart');
  });
});
