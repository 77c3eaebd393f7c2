import { Duration } from 'cdk8s';
import { ClusterApp, Mesh, Operation, Peer, Port, type Target, Topology, TopologyChart } from '../../lib';
import { planOf } from '../../lib/analysis';
import { Cluster, loadResources } from '../../lib/manifests';
import { Manifests, Traffic } from '../../lib/testing';
import { problemsOf } from '../support/schemas';
import { declared, mixed, NAMESPACES, objects } from './mixed-mesh-support';
import { names, one, plain } from './support';

function shop(): Topology {
  const { topology, web, stock, ledger } = declared();
  web.calls(stock);
  stock.calls(ledger);
  return topology;
}

const trafficOf = (topology: Topology, mesh: Target): Traffic =>
  Traffic.of(Manifests.ofChart(new TopologyChart(new ClusterApp(), 'test', { topology, mesh })));

const peers = (namespace: string, labels: object) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
  podSelector: { matchLabels: labels },
});
const tcp = (number: number) => [{ protocol: 'TCP', port: number }];

describe('a namespace with sidecars in a mesh in ambient mode', () => {
  test('every object is valid', () => {
    expect(problemsOf(objects(shop(), mixed('shop')))).toEqual([]);
  });

  test('has the label of injection, and the other that of ambient mode', () => {
    const all = objects(shop(), mixed('shop'));
    expect(one(all, 'Namespace', 'shop').metadata.labels).toMatchObject({ 'istio-injection': 'enabled' });
    expect(one(all, 'Namespace', 'shop').metadata.labels).not.toHaveProperty(['istio.io/dataplane-mode']);
    expect(one(all, 'Namespace', 'stock').metadata.labels).toMatchObject({ 'istio.io/dataplane-mode': 'ambient' });
    const tagged = Mesh.ambient({ sidecars: { namespaces: ['shop'], revision: '1-30' } });
    expect(one(objects(shop(), tagged), 'Namespace', 'shop').metadata.labels).toMatchObject({ 'istio.io/rev': '1-30' });
  });

  test('has pods that accept HBONE, and a Sidecar for each', () => {
    const all = objects(shop(), mixed('shop'));
    const annotationsOf = (name: string) =>
      one(all, 'Deployment', `${name}-v1`).spec.template.metadata.annotations as Record<string, string> | undefined;
    expect(annotationsOf('web')?.['proxy.istio.io/config']).toBe('proxyMetadata:\n  ISTIO_META_ENABLE_HBONE: "true"\n');
    expect(annotationsOf('stock')).toBeUndefined();
    expect(names(all, 'Sidecar')).toEqual(['web']);
    expect(one(all, 'Sidecar', 'web').spec.egress).toEqual([{ hosts: ['stock/stock.stock.svc.cluster.local'] }]);
  });

  test('has opted out pods without a sidecar', () => {
    const topology = new Topology('shop');
    plain(topology, 'web', { inMesh: false });
    const { labels } = one(objects(topology, mixed('shop')), 'Deployment', 'web-v1').spec.template.metadata as {
      labels: object;
    };
    expect(labels).toMatchObject({ 'sidecar.istio.io/inject': 'false' });
    expect(labels).not.toHaveProperty(['istio.io/dataplane-mode']);
  });
});

test('NetworkPolicies have port 15008 where one end is in ambient mode, and that of the pod between two sidecars', () => {
  const web = peers('shop', { app: 'web' });
  const ingressOf = (...namespaces: string[]) =>
    one(objects(shop(), mixed(...namespaces)), 'NetworkPolicy', 'stock').spec.ingress as object[];
  expect(ingressOf('shop')).toEqual([{ from: [web], ports: tcp(15008) }]);
  expect(ingressOf('stock')).toEqual([{ from: [web], ports: tcp(15008) }]);
  expect(ingressOf('shop', 'stock')).toEqual([{ from: [web], ports: tcp(8080) }]);
});

test('a peer with an identity reaches a sidecar with and without HBONE', () => {
  const { topology, stock } = declared();
  stock.allowFrom(Peer.serviceAccount({ namespace: 'far', name: 'app', podLabels: { app: 'far' } }), { port: 80 });
  const ports = (mesh: Target) =>
    (one(objects(topology, mesh), 'NetworkPolicy', 'stock').spec.ingress as { ports: object[] }[]).map(
      each => each.ports,
    );
  expect(ports(mixed('stock'))).toEqual([[...tcp(8080), ...tcp(15008)]]);
  expect(ports(mixed())).toEqual([tcp(15008)]);
});

describe('rules for requests', () => {
  test('of a service with sidecars are those of its sidecars, and there is no waypoint', () => {
    const { topology, web, stock } = declared();
    web.calls(stock, { allowedOperations: [Operation.http('GET /items')] });
    const all = objects(topology, mixed('stock'));
    expect(names(all, 'Gateway')).toEqual([]);
    expect(one(all, 'AuthorizationPolicy', 'stock').spec).toMatchObject({
      selector: { matchLabels: { app: 'stock' } },
      rules: [{ to: [{ operation: { methods: ['GET'] } }] }],
    });
    const from = trafficOf(topology, mixed('stock')).from('web');
    from.http('GET http://stock.stock/items').expectAllowed();
    from.http('POST http://stock.stock/items').expectDenied(403);
  });

  test('of a service in ambient mode are an error for callers with sidecars, which pass its waypoint by', () => {
    const { topology, web, stock } = declared();
    web.calls(stock, { allowedOperations: [Operation.http('GET /items')] });
    expect(() => objects(topology, mixed('shop'))).toThrow(
      'web has a sidecar, which passes the waypoint of stock by: nothing would enforce its allowed operations.',
    );
    expect(() => objects(topology, mixed('shop', 'stock'))).not.toThrow();
    expect(() => objects(topology, mixed())).not.toThrow();
  });

  test('that ztunnel does not apply are an error for callers in ambient mode of a service with sidecars', () => {
    const { topology, web, stock } = declared();
    web.calls(stock, { timeout: Duration.seconds(2) });
    expect(() => objects(topology, mixed('stock'))).toThrow(
      'stock has sidecars and web is in ambient mode, where no proxy of the caller applies its timeout',
    );
    expect(() => objects(topology, mixed('stock'))).toThrow('Move namespace stock to ambient mode before shop');
  });

  test('apply at sidecars by the same routes as at the waypoint, which they pass by', () => {
    const { topology, web, stock } = declared();
    web.calls(stock, { timeout: Duration.seconds(2) });
    stock.addCircuitBreaker({ maxConnections: 10 });
    const all = objects(topology, mixed('shop'));
    expect(names(all, 'Gateway')).toEqual(['waypoint']);
    expect(one(all, 'HTTPRoute', 'stock').spec.parentRefs).toEqual([
      { group: '', kind: 'Service', name: 'stock', port: 80 },
    ]);
    expect(names(all, 'DestinationRule')).toEqual(['stock']);
    const [ofWaypoint, ofSidecar] = one(all, 'AuthorizationPolicy', 'stock').spec.rules as { from: object }[];
    expect(ofWaypoint?.from).toEqual([{ source: { principals: ['cluster.local/ns/stock/sa/waypoint'] } }]);
    expect(ofSidecar?.from).toEqual([{ source: { principals: ['cluster.local/ns/shop/sa/web'] } }]);
    expect(names(all, 'AuthorizationPolicy')).not.toContain('stock.waypoint');
    trafficOf(topology, mixed('shop')).from('web').http('GET http://stock.stock/').expectAllowed();
  });
});

test('an external service has no waypoint for callers with sidecars alone, and their NetworkPolicies lead outside', () => {
  const { topology, web } = declared();
  web.calls(topology.addExternalService('bank', { host: 'bank.example', port: Port.tls(443) }));
  const all = objects(topology, mixed('shop'));
  expect(names(all, 'Gateway')).toEqual([]);
  expect(one(all, 'ServiceEntry', 'bank').metadata.labels).not.toHaveProperty(['istio.io/use-waypoint']);
  expect(one(all, 'Sidecar', 'web').spec.egress).toEqual([{ hosts: ['./bank.example'] }]);
  const ports = (one(all, 'NetworkPolicy', 'web').spec.egress as { ports: object[] }[]).map(each => each.ports);
  expect(ports).toEqual([tcp(443)]);
});

test('a namespace that is none of the topology is an error', () => {
  expect(() => objects(shop(), mixed('shpo'))).toThrow('names namespace shpo, in which the topology has and calls no');
});

test('the same callers reach the same services in each mixture', () => {
  const matrixOf = (mesh: Target) => String(trafficOf(shop(), mesh).matrix());
  const expected = matrixOf(Mesh.ambient());
  for (const namespaces of [['shop'], ['stock'], NAMESPACES]) {
    expect(matrixOf(mixed(...namespaces))).toBe(expected);
  }
});

describe('the plan from one mixture to the next', () => {
  const clusterOf = (topology: Topology, mesh: Target) => {
    const app = new ClusterApp();
    new TopologyChart(app, 'shop', { topology, mesh });
    return new Cluster(loadResources(app.synthYaml(), { file: 'text' }), { namespaceLabels: { '*': {} } });
  };

  test('loses no request', () => {
    const states = [Mesh.istio(), mixed(...NAMESPACES), mixed('shop'), Mesh.ambient()];
    states.slice(1).forEach((after, index) => {
      const before = states[index] ?? after;
      expect(planOf(clusterOf(shop(), before), clusterOf(shop(), after)).losses).toEqual([]);
    });
  });

  test('has policies and the waypoint before the label, and the workloads with it, so that their pods are replaced', () => {
    const { topology, web, stock } = declared();
    web.calls(stock, { allowedOperations: [Operation.http('GET /items')] });
    const { steps, losses } = planOf(clusterOf(topology, mixed(...NAMESPACES)), clusterOf(topology, Mesh.ambient()));
    expect(losses).toEqual([]);
    expect(
      steps.flatMap(({ stage, apply, remove }) =>
        [...apply, ...remove].map(({ resource: { kind, name } }) => `${stage} ${kind} ${name}`),
      ),
    ).toEqual([
      'configuration AuthorizationPolicy stock.waypoint',
      'configuration AuthorizationPolicy waypoint.allow-nothing',
      'configuration ConfigMap waypoint-parameters',
      'configuration Gateway waypoint',
      'grants AuthorizationPolicy stock',
      'grants NetworkPolicy web',
      'grants NetworkPolicy stock',
      'grants NetworkPolicy waypoint',
      'grants Service stock',
      'grants Sidecar web',
      'grants Sidecar ledger',
      'grants Sidecar stock',
      'labels Namespace shop',
      'labels Namespace stock',
      'labels Deployment web-v1',
      'labels Deployment ledger-v1',
      'labels Deployment stock-v1',
      'narrow AuthorizationPolicy stock',
      'narrow NetworkPolicy web',
      'narrow NetworkPolicy stock',
    ]);
  });
});
