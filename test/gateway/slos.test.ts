import { Duration, Testing } from 'cdk8s';
import {
  ClusterApp,
  type EdgeProps,
  ExternalAuthorizer,
  LinkerdMesh,
  Mesh,
  Peer,
  Port,
  type Service,
  type Slo,
  type Target,
  Topology,
  TopologyChart,
} from '../../lib';
import { EnvoyGateway, type EnvoyGatewayProps } from '../../lib/gateway';
import { names, one, plain, type Rendered } from '../istio/support';
import { restFront } from '../support/fronts';

const AVAILABILITY: Slo = { availability: 99.9 };
const LATENCY: Slo = { latency: { percent: 99, within: Duration.millis(500) } };

const rendered = (topology: Topology, mesh: Target): Rendered[] =>
  Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology, mesh })) as Rendered[];

const render = (topology: Topology, props: EnvoyGatewayProps = {}) =>
  rendered(topology, Mesh.none({ gateway: new EnvoyGateway(props) }));

/** A route of an edge leads to web. */
function shop(slo?: Slo, ofEdge: Partial<EdgeProps> = {}): { topology: Topology; web: Service } {
  const topology = new Topology('shop');
  const web = plain(topology, 'web', { port: Port.http(80), slo });
  topology.addEdge('door', { host: 'shop.example', ...ofEdge }).route('GET /', web);
  return { topology, web };
}

interface Rule {
  readonly alert?: string;
  readonly expr: string;
  readonly labels: Record<string, string>;
}

const rulesIn = (objects: readonly Rendered[], name: string) =>
  (one(objects, 'PrometheusRule', name).spec as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);

test('without objectives nothing monitors the edges, and the metrics of clusters have their own names', () => {
  const objects = render(shop().topology);
  expect(['PrometheusRule', 'PodMonitor'].flatMap(kind => names(objects, kind))).toEqual([]);
  expect(one(objects, 'EnvoyProxy', 'door').spec).not.toHaveProperty('telemetry');
});

test('availability is the share of requests of edges that did not fail', () => {
  const [rule] = rulesIn(render(shop(AVAILABILITY).topology), 'web.slo');
  expect(rule).toEqual({
    record: 'slo:request_misses:ratio_rate5m',
    expr:
      '(sum(rate(envoy_cluster_upstream_rq_xx{envoy_cluster_name="shop/web",envoy_response_code_class="5"}[5m])) '
      + 'or vector(0)) / sum(rate(envoy_cluster_upstream_rq_xx{envoy_cluster_name="shop/web"}[5m]))',
    labels: { namespace: 'shop', service: 'web', slo: 'availability' },
  });
});

test('what the gateway fails itself, such as requests to a service without ready Pods, is in its own budget', () => {
  const { topology } = shop(AVAILABILITY);
  const other = plain(topology, 'other', { slo: { availability: 99 } });
  topology.edges[0]?.route('GET /other', other);
  const rules = rulesIn(render(topology), 'door.edge.slo');
  const received =
    'envoy_http_downstream_rq_xx{job="shop/door.proxies",envoy_http_conn_manager_prefix=~"https?-[0-9]+"';
  const forwarded =
    'envoy_cluster_upstream_rq_xx{job="shop/door.proxies",envoy_cluster_name=~"[^/|]+/[^/|]+([|][^/|]+/[^/|]+)*"';
  expect(rules[0]).toEqual({
    record: 'slo:request_misses:ratio_rate5m',
    expr:
      `((sum(rate(${received},envoy_response_code_class="5"}[5m])) or vector(0)) - `
      + `(sum(rate(${forwarded},envoy_response_code_class="5"}[5m])) or vector(0))) / sum(rate(${received}}[5m]))`,
    labels: { namespace: 'shop', gateway: 'door', slo: 'availability' },
  });
  expect(rules.find(({ alert }) => alert)?.expr).toContain('> 14.4 * 0.001 and');
  expect(rules.at(-1)).toMatchObject({
    alert: 'ServiceLevelUnknown',
    expr: `absent(${received}})`,
    annotations: { summary: expect.stringContaining('requests that the gateway shop/door does not forward') },
  });
});

test('what clusters of gRPC count as 5xx is not forwarded as such, since clients get the status 200', () => {
  const { topology } = shop(AVAILABILITY);
  const port = Port.grpc(80);
  topology.addEdge('other', { host: 'other.example' }).route('POST /', plain(topology, 'apart', { port }));
  const withGrpc = shop(AVAILABILITY);
  const [edge] = withGrpc.topology.edges;
  edge?.route('POST /one', plain(withGrpc.topology, 'rpc', { port }));
  edge?.route('POST /two', plain(withGrpc.topology, 'other', { port }));
  const forwardedOf = (declared: Topology) =>
    /envoy_cluster_upstream_rq_xx\{.*?,envoy_response/.exec(
      rulesIn(render(declared), 'door.edge.slo')[0]?.expr ?? '',
    )?.[0];
  const forwarded = forwardedOf(topology);
  expect(forwarded).toContain('job="shop/door.proxies"');
  expect(forwarded).not.toContain('!~');
  expect(forwardedOf(withGrpc.topology)).toContain(',envoy_cluster_name!~"shop/rpc|shop/other",');
});

test('a latency alone has no budget of failures', () => {
  expect(names(render(shop(LATENCY).topology), 'PrometheusRule')).toEqual(['web.slo']);
});

test('a request without a response of the service is late', () => {
  const [rule] = rulesIn(render(shop(LATENCY).topology), 'web.slo');
  expect(rule?.expr).toBe(
    '1 - (sum(rate(envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="shop/web",le=~"500(\\\\.0)?"}[5m])) '
      + 'or vector(0)) / sum(rate(envoy_cluster_upstream_rq_xx{envoy_cluster_name="shop/web"}[5m]))',
  );
});

test('alerts name the requests of edges, and one fires where there are no metrics', () => {
  const rules = rulesIn(render(shop(AVAILABILITY).topology), 'web.slo');
  expect(rules.filter(({ alert }) => alert === 'ErrorBudgetBurn')).toHaveLength(4);
  expect(rules.find(({ alert }) => alert)).toMatchObject({
    annotations: { summary: expect.stringContaining('Failures of requests of edges to shop/web') },
  });
  expect(rules.at(-1)).toMatchObject({
    alert: 'ServiceLevelUnknown',
    expr: 'absent(envoy_cluster_upstream_rq_xx{envoy_cluster_name="shop/web"})',
  });
});

test('the metrics of clusters have the names of the Services, and the proxies of the edge are scraped', () => {
  const objects = render(shop(AVAILABILITY).topology, { monitoringLabels: { release: 'prometheus' } });
  expect(one(objects, 'EnvoyProxy', 'door').spec.telemetry).toEqual({ metrics: { clusterStatName: '%BACKEND_REFS%' } });
  const monitor = one(objects, 'PodMonitor', 'door.proxies', 'shop');
  expect(monitor.spec).toEqual({
    namespaceSelector: { matchNames: ['envoy-gateway-system'] },
    selector: {
      matchLabels: {
        'gateway.envoyproxy.io/owning-gateway-name': 'door',
        'gateway.envoyproxy.io/owning-gateway-namespace': 'shop',
      },
    },
    podMetricsEndpoints: [{ port: 'metrics', path: '/stats/prometheus', interval: '15s' }],
  });
  for (const { metadata } of [monitor, one(objects, 'PrometheusRule', 'web.slo')]) {
    expect(metadata.labels).toMatchObject({ release: 'prometheus' });
  }
});

test('a service behind two edges of one gateway has one rule, and its gateway one monitor', () => {
  const { topology, web } = shop();
  const other = plain(topology, 'other', { port: Port.http(80), slo: LATENCY });
  const gateway = topology.addSharedGateway('shared');
  for (const name of ['front', 'back']) {
    const edge = topology.addEdge(name, { host: `${name}.example`, gateway });
    edge.route('GET /', other);
    edge.route('GET /web', web);
  }
  const objects = render(topology);
  expect(names(objects, 'PrometheusRule')).toEqual(['other.slo']);
  expect(names(objects, 'PodMonitor')).toHaveLength(1);
  expect(one(objects, 'EnvoyProxy', 'shared').spec.telemetry).toEqual({
    metrics: { clusterStatName: '%BACKEND_REFS%' },
  });
  expect(one(objects, 'EnvoyProxy', 'door').spec).not.toHaveProperty('telemetry');
});

test('requests of a split are counted for the Services of the versions', () => {
  const topology = new Topology('shop');
  const web = plain(topology, 'web', { port: Port.http(80), versions: { v1: {}, v2: {} }, slo: AVAILABILITY });
  web.split({ v1: 90, v2: 10 });
  topology.addEdge('door', { host: 'shop.example' }).route('GET /', web);
  const [rule] = rulesIn(rendered(topology, new LinkerdMesh({ gateway: new EnvoyGateway() })), 'web.slo');
  const either = 'shop/(web-v1|web-v2)';
  expect(rule?.expr).toContain(`{envoy_cluster_name=~"${either}([|]${either})*"}`);
});

test.each<[string, (topology: Topology, web: Service) => void]>([
  ['callers', (topology, web) => plain(topology, 'caller').calls(web)],
  ['peers', (_, web) => web.allowFrom(Peer.cidrs('10.0.0.0/8'), { plaintext: true })],
  [
    'edges that it authorizes',
    (topology, web) => {
      const authorizer = ExternalAuthorizer.of({ service: web });
      topology.addEdge('other', { host: 'other.example', authorizer }).route('GET /', plain(topology, 'shown'));
    },
  ],
])('objectives of a service with %s are an error, since Envoy Gateway does not count their requests', (_, declare) => {
  const { topology, web } = shop(AVAILABILITY);
  declare(topology, web);
  expect(() => render(topology)).toThrow(
    /shop\/web.*service level objectives.*Envoy Gateway measures the objectives of services that only its routes/s,
  );
});

test('objectives of a gRPC service are an error, since its failures have the status 200', () => {
  const topology = new Topology('shop');
  const web = plain(topology, 'web', { port: Port.grpc(80), slo: AVAILABILITY });
  topology.addEdge('door', { host: 'shop.example' }).route('POST /', web);
  expect(() => render(topology)).toThrow(
    /shop\/web.*service level objectives.*without gRPC: of a service without ready pods its response.*status 200/s,
  );
});

test('objectives of a service without a route, and those of a call, are an error', () => {
  const { topology } = shop();
  plain(topology, 'worker', { port: Port.http(80), slo: AVAILABILITY });
  expect(() => render(topology)).toThrow(/shop\/worker.*service level objectives/s);

  const other = shop();
  const caller = plain(other.topology, 'caller');
  caller.calls(plain(other.topology, 'callee', { port: Port.http(80) }), { slo: AVAILABILITY });
  expect(() => render(other.topology)).toThrow(/shop\/caller → callee.*service level objectives/s);
});

test('objectives are an error where nothing measures them', () => {
  expect(() => rendered(shop(AVAILABILITY).topology, Mesh.none())).toThrow(
    /shop\/web.*service level objectives.*Choose a target/s,
  );
});

test('a front does not keep Prometheus from the proxies', () => {
  const front = restFront;
  const policy = one(render(shop(AVAILABILITY, { front }).topology), 'NetworkPolicy', 'shop-door');
  expect(policy.spec.ingress).toContainEqual({
    from: [{ namespaceSelector: {} }],
    ports: [{ port: 19_001, protocol: 'TCP' }],
  });
});
