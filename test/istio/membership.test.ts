import { Injection, type IstioSidecarsProps, Port, Topology, Tracing } from '../../lib';
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
