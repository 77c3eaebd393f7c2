import { Testing } from 'cdk8s';
import {
  type BackendTls,
  ClusterApp,
  Mesh,
  Port,
  type ServiceProps,
  type Target,
  Topology,
  TopologyChart,
} from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { Manifests, Traffic } from '../../lib/testing';
import { names, one, plain, type Rendered } from '../istio/support';

const TLS: BackendTls = { hostname: 'legacy.internal.example', caConfigMap: 'legacy-ca' };
const TARGETS: [string, () => Target][] = [
  ["Istio's gateway", () => Mesh.istio()],
  ['Envoy Gateway', () => Mesh.none({ gateway: new EnvoyGateway() })],
];

function shopWith(backendTls: BackendTls | undefined, props: Partial<ServiceProps> = {}) {
  const shop = new Topology('shop');
  const legacy = plain(shop, 'legacy', {
    ports: [Port.http(80), Port.http(8443, { name: 'secure' })],
    port: undefined,
    inMesh: false,
    ...props,
  });
  const edge = shop.addEdge('door', { host: 'shop.example' });
  edge.route('GET /', legacy, { port: 8443, backendTls });
  return { shop, legacy, edge };
}

function synth(shop: Topology, mesh: Target): TopologyChart {
  return new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh });
}
const render = (shop: Topology, mesh: Target) => Testing.synth(synth(shop, mesh)) as Rendered[];

describe.each(TARGETS)('TLS of %s to a backend', (_, target) => {
  test('is a BackendTLSPolicy of the port, once for all routes to it', () => {
    const { shop, legacy, edge } = shopWith(TLS, { namespace: 'old' });
    edge.route('GET /more', legacy, { port: 8443, backendTls: { ...TLS } });
    edge.route('GET /plain', legacy, { port: 80 });
    const objects = render(shop, target());

    expect(names(objects, 'BackendTLSPolicy')).toEqual(['legacy-http-secure']);
    expect(one(objects, 'BackendTLSPolicy', 'legacy-http-secure', 'old').spec).toEqual({
      targetRefs: [{ group: '', kind: 'Service', name: 'legacy', sectionName: 'http-secure' }],
      validation: {
        hostname: 'legacy.internal.example',
        subjectAltNames: [{ type: 'Hostname', hostname: 'legacy.internal.example' }],
        caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'legacy-ca' }],
      },
    });
    expect(one(objects, 'Service', 'legacy', 'old').spec.ports).toContainEqual(
      expect.objectContaining({ name: 'http-secure', port: 8443 }),
    );
  });

  test('verifies a public certificate without a ConfigMap', () => {
    const { shop } = shopWith({ hostname: 'legacy.internal.example' });

    expect(one(render(shop, target()), 'BackendTLSPolicy', 'legacy-http-secure').spec.validation).toEqual({
      hostname: 'legacy.internal.example',
      subjectAltNames: [{ type: 'Hostname', hostname: 'legacy.internal.example' }],
      wellKnownCACertificates: 'System',
    });
  });

  test('is the same for all routes to a port, of all edges', () => {
    for (const other of [undefined, { hostname: TLS.hostname }, { ...TLS, hostname: 'other.example' }]) {
      const { shop, legacy } = shopWith(TLS);
      shop.addEdge('gate', { host: 'gate.example' }).route('GET /', legacy, { port: 8443, backendTls: other });
      expect(() => render(shop, target())).toThrow(/different `backendTls`/);
    }
  });

  test('is an error for a service that is routed by version', () => {
    const { shop, legacy } = shopWith(TLS, { versions: { v1: {}, v2: {} } });
    legacy.split({ v1: 50, v2: 50 });
    expect(() => render(shop, target())).toThrow(/routed by version/);
  });

  test('is simulated', () => {
    const sent = (tls: BackendTls) =>
      Traffic.of(Manifests.ofChart(synth(shopWith(tls).shop, target()))).fromInternet('GET http://shop.example/');

    sent({ hostname: 'legacy.example' }).expectRoutedTo('legacy');
    sent(TLS).expectDenied();
    expect(sent(TLS).explain()).toContain('the ConfigMap shop/legacy-ca does not exist');
  });
});

test.each<[string, RegExp, () => Topology]>([
  ['a service in the mesh', /is in the mesh/, () => shopWith(TLS, { inMesh: true }).shop],
  [
    'callers',
    /has callers/,
    () => {
      const { shop, legacy } = shopWith(TLS);
      plain(shop, 'web').calls(legacy, { port: 8443 });
      return shop;
    },
  ],
  [
    'a circuit breaker',
    /has a DestinationRule/,
    () => {
      const { shop, legacy } = shopWith(TLS);
      legacy.addCircuitBreaker({ maxConnections: 9 });
      return shop;
    },
  ],
])("TLS to a backend and %s are an error with Istio's gateway", (_, message, declare) => {
  expect(() => render(declare(), Mesh.istio())).toThrow(message);
});
