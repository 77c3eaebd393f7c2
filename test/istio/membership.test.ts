import { AccessLog, Injection, type IstioSidecarsProps, Port, Topology, TraceTag, Tracing } from '../../lib';
import { names, one, plain, render } from './support';

describe('injection', () => {
  const labelsUnder = (props: IstioSidecarsProps) => {
    const shop = new Topology('shop');
    plain(shop, 'web');
    const objects = render(shop, props);
    const pick = (labels: Record<string, string> = {}) =>
      Object.fromEntries(Object.entries(labels).filter(([name]) => /istio/.test(name)));
    return {
      namespace: pick(one(objects, 'Namespace', 'shop').metadata.labels),
      pod: pick(one(objects, 'Deployment', 'web-v1').spec.template.metadata.labels),
    };
  };

  test('is a label of the namespace', () => {
    expect(labelsUnder({})).toEqual({ namespace: { 'istio-injection': 'enabled' }, pod: {} });
  });

  test('by revision is the revision alone, since istio-injection would beat it', () => {
    expect(labelsUnder({ revision: 'canary' })).toEqual({ namespace: { 'istio.io/rev': 'canary' }, pod: {} });
  });

  test('by pod leaves the namespace alone', () => {
    expect(labelsUnder({ injection: Injection.POD })).toEqual({
      namespace: {},
      pod: { 'sidecar.istio.io/inject': 'true' },
    });
  });

  test('by pod and revision labels the pod with both', () => {
    expect(labelsUnder({ injection: Injection.POD, revision: 'canary' })).toEqual({
      namespace: {},
      pod: { 'sidecar.istio.io/inject': 'true', 'istio.io/rev': 'canary' },
    });
  });

  test("does not happen to a service outside the mesh, which gets none of the mesh's resources", () => {
    const shop = new Topology('shop');
    const [web, old] = [plain(shop, 'web'), plain(shop, 'old', { inMesh: false })];
    web.calls(old);

    const objects = render(shop);
    expect(one(objects, 'Deployment', 'old-v1').spec.template.metadata.labels['sidecar.istio.io/inject']).toBe('false');
    expect(names(objects, 'Sidecar')).toEqual(['web']);
    expect(names(objects, 'AuthorizationPolicy')).toEqual(['allow-nothing']);
  });
});

describe('Sidecar', () => {
  test('of a workload names the hosts that it calls and no others', () => {
    const shop = new Topology('shop');
    shop.addNamespace('money');
    const [web, cart, ledger] = [
      plain(shop, 'web'),
      plain(shop, 'cart'),
      plain(shop, 'ledger', { namespace: 'money' }),
    ];
    const bank = shop.addExternalService('bank', { host: 'api.bank.example', port: Port.tls(443) });
    web.calls(cart);
    web.calls(ledger);
    ledger.calls(bank);

    const objects = render(shop);
    expect(one(objects, 'Sidecar', 'web').spec).toEqual({
      workloadSelector: { labels: { app: 'web' } },
      egress: [{ hosts: ['./cart.shop.svc.cluster.local', 'money/ledger.money.svc.cluster.local'] }],
      outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
    });
    expect(one(objects, 'Sidecar', 'ledger').spec.egress).toEqual([{ hosts: ['shop/api.bank.example'] }]);
  });

  test('of a workload names hosts in the domain of the cluster', () => {
    const shop = new Topology('shop', { clusterDomain: 'corp.example' });
    plain(shop, 'web').calls(plain(shop, 'cart'));

    expect(one(render(shop), 'Sidecar', 'web').spec.egress).toEqual([{ hosts: ['./cart.shop.svc.corp.example'] }]);
  });

  test('of a workload that calls nothing has no hosts', () => {
    const shop = new Topology('shop');
    plain(shop, 'cart');

    expect(one(render(shop), 'Sidecar', 'cart').spec.egress).toEqual([{ hosts: ['~/*'] }]);
  });

  test('has a host once, for any number of calls to it', () => {
    const shop = new Topology('shop');
    const [web, cart] = [plain(shop, 'web'), plain(shop, 'cart', { ports: [Port.http(81, { name: 'b' })] })];
    web.calls(cart);
    web.calls(cart, { port: 81 });

    expect(one(render(shop), 'Sidecar', 'web').spec.egress[0].hosts).toHaveLength(1);
  });
});

describe('tracing', () => {
  const tracing = Tracing.openTelemetry({ service: 'otel', namespace: 'observability', samplingPercent: 5 });

  test('is in the Telemetry of each namespace, beside the access log', () => {
    const shop = new Topology('shop');
    plain(shop, 'web');

    expect(one(render(shop, { tracing }), 'Telemetry', 'default').spec).toEqual({
      accessLogging: [{ providers: [{ name: 'envoy' }] }],
      tracing: [{ providers: [{ name: 'opentelemetry' }], randomSamplingPercentage: 5 }],
    });
    expect(one(render(shop), 'Telemetry', 'default').spec).toEqual({
      accessLogging: [{ providers: [{ name: 'envoy' }] }],
    });
  });

  test('has the host of the collector for every proxy, which is allowed to connect to it', () => {
    const shop = new Topology('shop');
    plain(shop, 'web');

    const objects = render(shop, { tracing });
    expect(one(objects, 'Sidecar', 'web').spec.egress[0].hosts).toEqual([
      'observability/otel.observability.svc.cluster.local',
    ]);
    expect(one(objects, 'NetworkPolicy', 'default-deny').spec.egress).toContainEqual({
      to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'observability' } } }],
      ports: [{ protocol: 'TCP', port: 4317 }],
    });
  });
});

describe('telemetry', () => {
  const specOf = (props: IstioSidecarsProps) => one(render(new Topology('shop'), props), 'Telemetry', 'default').spec;

  const tagged = (tag: TraceTag) => ({
    tracing: Tracing.zipkin({ service: 'zipkin', namespace: 'observability', tags: { tag } }),
  });

  test('tags of spans are literals, headers or variables of the proxy', () => {
    const tags = {
      stage: TraceTag.literal('prod'),
      tenant: TraceTag.header('x-tenant', 'none'),
      zone: TraceTag.environment('ZONE'),
    };
    const tracing = Tracing.zipkin({ service: 'zipkin', namespace: 'observability', tags });
    expect(specOf({ tracing }).tracing).toEqual([
      {
        providers: [{ name: 'zipkin' }],
        randomSamplingPercentage: 1,
        customTags: {
          stage: { literal: { value: 'prod' } },
          tenant: { header: { name: 'x-tenant', defaultValue: 'none' } },
          zone: { environment: { name: 'ZONE' } },
        },
      },
    ]);
  });

  test('the access log has those requests that the filter selects', () => {
    const accessLog = AccessLog.standardOutput({ filter: 'response.code >= 400' });
    expect(specOf({ accessLog }).accessLogging).toEqual([
      { providers: [{ name: 'envoy' }], filter: { expression: 'response.code >= 400' } },
    ]);
    expect(specOf({ accessLog: AccessLog.none() }).accessLogging).toEqual([{ disabled: true }]);
  });

  test('the collector of an access log is reachable by every proxy', () => {
    const shop = new Topology('shop');
    shop.addService('web', { image: 'example/web:1', port: Port.http(8080) });
    const objects = render(shop, {
      accessLog: AccessLog.openTelemetry({ service: 'logs', namespace: 'observability' }),
    });
    expect(one(objects, 'Telemetry', 'default').spec.accessLogging).toEqual([
      { providers: [{ name: 'opentelemetry-access-log' }] },
    ]);
    expect(one(objects, 'Sidecar', 'web').spec.egress).toEqual([
      { hosts: ['observability/logs.observability.svc.cluster.local'] },
    ]);
    expect(one(objects, 'NetworkPolicy', 'default-deny').spec.egress).toContainEqual({
      to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'observability' } } }],
      ports: [{ protocol: 'TCP', port: 4317 }],
    });
  });

  test('dimensions of metrics are added and removed for all metrics', () => {
    expect(
      specOf({ metrics: { tags: { request_host: 'request.host' }, removedTags: ['grpc_response_status'] } }).metrics,
    ).toEqual([
      {
        providers: [{ name: 'prometheus' }],
        overrides: [
          {
            tagOverrides: {
              request_host: { operation: 'UPSERT', value: 'request.host' },
              grpc_response_status: { operation: 'REMOVE' },
            },
          },
        ],
      },
    ]);
    expect(specOf({ metrics: { tags: {} } }).metrics).toBeUndefined();
  });

  test.each<[string, () => IstioSidecarsProps, string]>([
    ['a dimension that is no name', () => ({ metrics: { tags: { 'request-host': 'request.host' } } }), 'InvalidName'],
    ['a dimension without an expression', () => ({ metrics: { tags: { host: ' ' } } }), 'Contradiction'],
    [
      'a dimension that is set and removed',
      () => ({ metrics: { tags: { host: 'request.host' }, removedTags: ['host'] } }),
      'Contradiction',
    ],
    ['an empty filter', () => ({ accessLog: AccessLog.standardOutput({ filter: '' }) }), 'InvalidName'],
    ['an empty literal', () => tagged(TraceTag.literal('')), 'InvalidName'],
    ['a header in upper case', () => tagged(TraceTag.header('X-Tenant')), 'InvalidHeader'],
    [
      'a share above 100 %',
      () => ({ tracing: Tracing.skyWalking({ service: 'sw', namespace: 'ns', samplingPercent: 101 }) }),
      'OutOfRange',
    ],
    [
      'a Service that is no name',
      () => ({ tracing: Tracing.zipkin({ service: 'a.b', namespace: 'ns' }) }),
      'InvalidName',
    ],
    [
      'a port above 65535',
      () => ({ accessLog: AccessLog.openTelemetry({ service: 'a', namespace: 'ns', port: 70_000 }) }),
      'OutOfRange',
    ],
  ])('%s is an error', (_name, props, code) => {
    expect(() => render(new Topology('shop'), props())).toThrow(expect.objectContaining({ code }));
  });
});

test('a proxy reaches istiod, and its metrics can be scraped', () => {
  const shop = new Topology('shop');
  plain(shop, 'web');

  const { ingress, egress } = one(render(shop), 'NetworkPolicy', 'default-deny').spec;
  expect(ingress).toEqual([
    {
      from: [{ namespaceSelector: {} }],
      ports: [
        { protocol: 'TCP', port: 15020 },
        { protocol: 'TCP', port: 15090 },
      ],
    },
  ]);
  expect(egress).toContainEqual({
    to: [
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'istio-system' } },
        podSelector: { matchLabels: { app: 'istiod' } },
      },
    ],
    ports: [{ protocol: 'TCP', port: 15012 }],
  });
});
