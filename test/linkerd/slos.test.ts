import { Duration } from 'cdk8s';
import {
  ExternalAuthorizer,
  HeaderMatch,
  type LinkerdMeshProps,
  OutboundTraffic,
  Peer,
  Port,
  type Service,
  type ServiceProps,
  type Slo,
  Topology,
} from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { names, one, plain, type Rendered } from '../istio/support';
import { problemsOf } from '../support/schemas';
import { linkerd } from './support';

const AVAILABILITY: Slo = { availability: 99.9 };

/** web calls cart. */
function shop(cartProps: Partial<ServiceProps> = {}, slo?: Slo) {
  const topology = new Topology('shop');
  const cart = plain(topology, 'cart', { port: Port.http(80), ...cartProps });
  const web = plain(topology, 'web');
  web.calls(cart, { slo });
  return { topology, cart, web };
}

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels: Record<string, string>;
  readonly annotations?: Record<string, string>;
}

const rulesIn = (objects: readonly Rendered[], name: string) =>
  (one(objects, 'PrometheusRule', name).spec as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);

const expressionOf = (objects: readonly Rendered[], name: string) => rulesIn(objects, name)[0]?.expr;

const CART = 'parent_kind="Service",parent_namespace="shop",parent_name="cart"';
const statuses = (labels: string, kind = 'http') => `outbound_${kind}_route_request_statuses_total{${labels}}`;

const FAILURES = ['http_status=~"(5..)?"', 'http_status!~"(5..)?",error!~"(UNKNOWN)?"']
  .map(failed => `(sum(rate(${statuses(`${CART},${failed}`)}[5m])) or vector(0))`)
  .join(' + ');

const EDGE: LinkerdMeshProps = { gateway: new EnvoyGateway() };

function withEdge(topology: Topology, service: Service, path = 'GET /') {
  topology.addEdge('door', { host: 'shop.example' }).route(path, service);
}

describe('objectives of a service and of a call', () => {
  test('are measured at the proxies of callers, by responses with 5xx and requests without a complete one', () => {
    const objects = linkerd(shop({ slo: AVAILABILITY }, AVAILABILITY).topology);
    expect(names(objects, 'PrometheusRule')).toEqual(['cart.slo', 'web.calls.slo']);
    expect(rulesIn(objects, 'cart.slo')[0]).toEqual({
      record: 'slo:request_misses:ratio_rate5m',
      expr: `(${FAILURES}) / sum(rate(${statuses(CART)}[5m]))`,
      labels: { namespace: 'shop', service: 'cart', slo: 'availability' },
    });
    expect(expressionOf(objects, 'web.calls.slo')).toContain(
      ` / sum(rate(${statuses(`${CART},namespace="shop",app="web"`)}[5m]))`,
    );
    expect(rulesIn(objects, 'web.calls.slo')[0]?.labels).toMatchObject({ caller: 'shop/web' });
  });

  test.each([
    [50, '0\\\\.05'],
    [500, '0\\\\.5'],
    [1000, '1'],
    [10_000, '10'],
  ])('a latency of %s ms is the bucket in seconds', (milliseconds, limit) => {
    const slo = { latency: { percent: 99, within: Duration.millis(milliseconds) } };
    const durations = 'outbound_http_route_request_duration_seconds';
    expect(expressionOf(linkerd(shop({ slo }).topology), 'cart.slo')).toBe(
      `1 - (sum(rate(${durations}_bucket{${CART},le=~"${limit}(\\\\.0)?"}[5m])) or vector(0)) / `
        + `sum(rate(${durations}_count{${CART}}[5m]))`,
    );
  });

  test.each([
    ['a service', shop({ slo: { latency: { percent: 99, within: Duration.millis(100) } } }), /shop\/cart/],
    ['a call', shop({}, { latency: { percent: 99, within: Duration.millis(100) } }), /shop\/web → cart/],
  ])('a latency of %s without a bucket is an error', (_, { topology }, path) => {
    expect(() => linkerd(topology)).toThrow(path);
    expect(() => linkerd(topology)).toThrow(/is 100 ms.*50, 500, 1000, 10000 ms/s);
  });

  test('an alert fires where there are no metrics', () => {
    const unknown = rulesIn(linkerd(shop({ slo: AVAILABILITY }).topology), 'cart.slo').at(-1);
    expect(unknown).toMatchObject({ alert: 'ServiceLevelUnknown', expr: `absent(${statuses(CART)})` });
  });
});

describe('gRPC', () => {
  const grpc = { port: Port.grpc(80) };

  test('with objectives has a GRPCRoute, so that proxies count its statuses', () => {
    const objects = linkerd(shop({ ...grpc, slo: AVAILABILITY }).topology);
    expect(problemsOf(objects.filter(({ kind }) => kind === 'GRPCRoute'))).toEqual([]);
    expect(one(objects, 'GRPCRoute', 'cart').spec).toEqual({
      parentRefs: [{ group: '', kind: 'Service', name: 'cart', port: 80 }],
      rules: [{ backendRefs: [{ name: 'cart', port: 80 }] }],
    });
    const expression = expressionOf(objects, 'cart.slo');
    expect(expression).toContain(
      'grpc_status=~"DEADLINE_EXCEEDED|RESOURCE_EXHAUSTED|INTERNAL|UNAVAILABLE|DATA_LOSS"}[5m])) or vector(0)) + ',
    );
    expect(expression).toContain('grpc_status="UNKNOWN",error!="UNKNOWN"}');
    expect(expression).toContain(`sum(rate(${statuses(CART, 'grpc')}[5m]))`);
    expect(expression).not.toContain('outbound_http');
  });

  test('has a GRPCRoute for objectives of a call, and none without objectives', () => {
    expect(names(linkerd(shop(grpc, AVAILABILITY).topology), 'GRPCRoute')).toEqual(['cart']);
    expect(names(linkerd(shop(grpc).topology), 'GRPCRoute')).toEqual([]);
  });

  test('beside HTTP at another port is counted with it, if both are called', () => {
    const { topology, cart } = shop({ port: Port.http(80), ports: [Port.grpc(90)], slo: AVAILABILITY });
    expect(expressionOf(linkerd(topology), 'cart.slo')).not.toContain('outbound_grpc');

    const both = shop({ port: Port.http(80), ports: [Port.grpc(90)], slo: AVAILABILITY });
    plain(both.topology, 'app').calls(both.cart, { port: 90 });
    const objects = linkerd(both.topology);
    expect(expressionOf(objects, 'cart.slo')).toContain(
      `((sum(rate(${statuses(CART)}[5m])) or vector(0)) + (sum(rate(${statuses(CART, 'grpc')}[5m])) or vector(0)) > 0)`,
    );
    expect(rulesIn(objects, 'cart.slo').at(-1)?.expr).toBe(
      `absent(${statuses(CART)}) or absent(${statuses(CART, 'grpc')})`,
    );
    expect(cart.ports).toHaveLength(2);
  });
});

test('a split is counted for the Service that callers name', () => {
  const { topology, cart } = shop({ versions: { v1: {}, v2: {} }, slo: AVAILABILITY });
  cart.split({ v1: 90, v2: 10 });
  expect(expressionOf(linkerd(topology), 'cart.slo')).toContain(`sum(rate(${statuses(CART)}[5m]))`);
});

test('a peer with an identity counts as a caller', () => {
  const topology = new Topology('shop');
  const cart = plain(topology, 'cart', { port: Port.http(80), slo: AVAILABILITY });
  cart.allowFrom(Peer.serviceAccount({ namespace: 'other', name: 'app' }));
  expect(expressionOf(linkerd(topology), 'cart.slo')).toContain(statuses(CART));
});

test('objectives of a service without callers are an error', () => {
  const topology = new Topology('shop');
  plain(topology, 'cart', { port: Port.http(80), slo: AVAILABILITY });
  expect(() => linkerd(topology)).toThrow(/shop\/cart.*no proxy counts its requests/s);
});

test('objectives of a headless service, and of calls to it, are an error', () => {
  for (const { topology } of [shop({ headless: true, slo: AVAILABILITY }), shop({ headless: true }, AVAILABILITY)]) {
    expect(() => linkerd(topology)).toThrow(/cart is headless/);
  }
});

describe('calls to hosts outside', () => {
  function outside(slo: Slo, external: Partial<Parameters<Topology['addExternalService']>[1]> = {}, props = {}) {
    const topology = new Topology('shop');
    const bank = topology.addExternalService('bank', { host: 'bank.example', port: Port.http(80), ...external });
    plain(topology, 'web', props).calls(bank, { slo });
    return topology;
  }

  test('are counted for the route of the EgressNetwork', () => {
    expect(expressionOf(linkerd(outside(AVAILABILITY)), 'web.calls.slo')).toContain(
      statuses(
        'parent_kind="EgressNetwork",parent_namespace="shop",parent_name="external",route_name="bank-80",'
          + 'namespace="shop",app="web"',
      ),
    );
  });

  test('with addresses have an EgressNetwork of their own', () => {
    expect(expressionOf(linkerd(outside(AVAILABILITY, { addresses: ['192.0.2.1'] })), 'web.calls.slo')).toContain(
      'parent_name="bank",route_name="bank-80"',
    );
  });

  test('have no objectives for gRPC, and where any host is allowed', () => {
    expect(() => linkerd(outside(AVAILABILITY, { port: Port.grpc(80) }))).toThrow(/web → bank.*gRPC/s);
    const any = { outboundTraffic: OutboundTraffic.any('it crawls the web') };
    expect(() => linkerd(outside(AVAILABILITY, {}, any))).toThrow(/web → bank.*any host/s);
  });
});

describe('with edges', () => {
  test('a service that callers and edges lead to is measured by both, each request once', () => {
    const { topology, cart } = shop({ slo: AVAILABILITY });
    withEdge(topology, cart);
    const objects = linkerd(topology, EDGE);
    const [rule] = rulesIn(objects, 'cart.slo');
    const envoy = 'envoy_cluster_upstream_rq_xx{envoy_cluster_name="shop/cart"';
    expect(rule?.expr).toBe(
      `(${FAILURES} + (sum(rate(${envoy},envoy_response_code_class="5"}[5m])) or vector(0))) / `
        + `((sum(rate(${statuses(CART)}[5m])) or vector(0)) + (sum(rate(${envoy}}[5m])) or vector(0)) > 0)`,
    );
    expect(rule?.labels).toEqual({ namespace: 'shop', service: 'cart', slo: 'availability' });
    expect(names(objects, 'PodMonitor')).toEqual(['linkerd-proxies', 'door.proxies']);
    expect(one(objects, 'EnvoyProxy', 'door').spec.telemetry).toEqual({
      metrics: { clusterStatName: '%BACKEND_REFS%' },
    });
  });

  test('a service that only edges lead to is measured by the gateway, in any bucket of Envoy', () => {
    const topology = new Topology('shop');
    const latency = { percent: 99, within: Duration.millis(100) };
    withEdge(topology, plain(topology, 'web', { port: Port.http(80), slo: { latency } }));
    const objects = linkerd(topology, EDGE);
    expect(expressionOf(objects, 'web.slo')).toContain('envoy_cluster_upstream_rq_time_bucket');
    expect(names(objects, 'PodMonitor')).toEqual(['door.proxies']);
  });

  test('its calls are measured by its own proxy', () => {
    const { topology, web } = shop({}, AVAILABILITY);
    withEdge(topology, web);
    expect(names(linkerd(topology, EDGE), 'PrometheusRule')).toEqual(['web.calls.slo']);
  });

  test('objectives of gRPC are an error, since the gateway does not measure them', () => {
    const { topology, cart } = shop({ port: Port.grpc(80), slo: AVAILABILITY });
    withEdge(topology, cart, 'POST /');
    expect(() => linkerd(topology, EDGE)).toThrow(
      /shop\/cart.*Envoy Gateway does not measure.*without ready pods its response to gRPC has the HTTP status 200/s,
    );
  });

  test('objectives of a service with which a gateway authorizes requests are an error', () => {
    const { topology, cart } = shop({ slo: AVAILABILITY });
    const authorizer = ExternalAuthorizer.of({ service: cart });
    topology.addEdge('door', { host: 'shop.example', authorizer }).route('GET /', plain(topology, 'shown'));
    expect(() => linkerd(topology, EDGE)).toThrow(/shop\/cart.*shop\/door authorizes each request/s);
  });
});

test('proxies are scraped with the labels of the pods that the rules read', () => {
  const objects = linkerd(shop({ slo: AVAILABILITY }).topology, { monitoringLabels: { release: 'prometheus' } });
  const monitor = one(objects, 'PodMonitor', 'linkerd-proxies', 'shop');
  expect(monitor.spec).toEqual({
    selector: {},
    podTargetLabels: ['app'],
    podMetricsEndpoints: [{ port: 'linkerd-admin', path: '/metrics', interval: '15s' }],
  });
  for (const object of [
    monitor,
    one(objects, 'PrometheusRule', 'cart.slo'),
    one(objects, 'ConfigMap', 'shop.dashboard'),
  ]) {
    expect(object.metadata.labels).toMatchObject({ release: 'prometheus' });
  }
});

test('a caller with other labels is selected by them', () => {
  const topology = new Topology('shop');
  const cart = plain(topology, 'cart', { port: Port.http(80) });
  const labels = { 'app.kubernetes.io/name': 'old' };
  topology
    .addService('old', { existingWorkload: { labels, serviceAccount: 'old' }, port: Port.http(80) })
    .calls(cart, { slo: AVAILABILITY });
  const objects = linkerd(topology);
  expect(expressionOf(objects, 'old.calls.slo')).toContain('namespace="shop",app_kubernetes_io_name="old"');
  expect(one(objects, 'PodMonitor', 'linkerd-proxies', 'shop').spec).toMatchObject({
    podTargetLabels: ['app', 'app.kubernetes.io/name'],
  });
});

test('the dashboard has the latency in milliseconds, and a row for each service with callers', () => {
  const { data } = one(linkerd(shop({ slo: AVAILABILITY }).topology), 'ConfigMap', 'shop.dashboard');
  const { panels } = JSON.parse(data?.['shop.json'] ?? '') as {
    panels: { title: string; targets?: { expr: string; legendFormat: string }[] }[];
  };
  expect(panels.map(each => each.title)).toEqual(['shop/cart', 'Requests by caller', 'Failures', 'Latency']);
  expect(panels[1]?.targets?.[0]).toMatchObject({
    expr: `sum by (namespace, app) (rate(${statuses(CART)}[5m]))`,
    legendFormat: '{{namespace}}/{{app}}',
  });
  expect(panels[3]?.targets?.[0]?.expr).toBe(
    `1000 * histogram_quantile(0.5, sum by (le) (rate(outbound_http_route_request_duration_seconds_bucket{${CART}}[5m])))`,
  );
});

test('without objectives nothing monitors the topology', () => {
  const objects = linkerd(shop().topology);
  expect(['PrometheusRule', 'PodMonitor', 'ConfigMap'].flatMap(kind => names(objects, kind))).toEqual([]);
});

test('routing by header needs no further route for gRPC', () => {
  const { topology, cart } = shop({ port: Port.grpc(80), versions: { v1: {}, v2: {} }, slo: AVAILABILITY });
  cart.routeTo('v2', HeaderMatch.exact('x', 'y'));
  expect(names(linkerd(topology), 'GRPCRoute')).toEqual(['cart']);
});
