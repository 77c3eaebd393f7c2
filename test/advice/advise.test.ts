import { Duration } from 'cdk8s';
import { advise, Capability, Mesh, Port, Topology, WorkloadKind } from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';

const image = 'example/app:1';
const port = Port.http(80, { target: 8080 });

function shop() {
  const topology = new Topology('shop');
  const web = topology.addService('web', { image, port });
  const payment = topology.addService('payment', { image, port, replicas: 3 });
  topology.addEdge('api', { host: 'shop.example' }).route('GET /', web);
  return { topology, web, payment };
}

describe('what topologies need', () => {
  test('calls without terms, and an edge, need no mesh', () => {
    const { topology, web, payment } = shop();
    web.calls(payment);

    const { simplest, tiers } = advise(topology);

    expect(simplest).toEqual({ name: 'plain Kubernetes', missing: [], cost: { proxies: 0, cpu: 0, memory: 0 } });
    expect(tiers.map(({ name }) => name)).toEqual([
      'plain Kubernetes',
      'Istio in ambient mode',
      'Istio with sidecars',
      'Linkerd',
    ]);
  });

  test('a timeout of a call needs a mesh, and the call is named', () => {
    const { topology, web, payment } = shop();
    web.calls(payment, { timeout: Duration.seconds(1) });

    const { simplest, tiers } = advise(topology);

    expect(tiers[0]?.missing).toEqual([{ path: 'shop/web → payment', feature: Capability.TIMEOUTS }]);
    expect(simplest?.name).toBe('Istio in ambient mode');
  });

  test('objectives need a mesh where callers are measured, and none where Envoy Gateway measures all requests', () => {
    const slo = { availability: 99.9 };
    const topology = new Topology('shop');
    const web = topology.addService('web', { image, port, slo });
    topology.addEdge('api', { host: 'shop.example' }).route('GET /', web);
    expect(advise(topology).simplest?.name).toBe('plain Kubernetes');

    web.calls(topology.addService('payment', { image, port, slo }));
    const { simplest, tiers } = advise(topology);
    expect(tiers[0]?.missing).toEqual([{ path: 'shop/payment', feature: Capability.SLO }]);
    expect(simplest?.name).toBe('Istio in ambient mode');
  });

  test('required mutual TLS needs a mesh', () => {
    const { topology } = shop();

    expect(advise(topology, { mutualTls: true }).tiers[0]?.missing).toEqual([
      { path: 'all calls', feature: 'mutual TLS' },
    ]);
  });

  test('of several topologies, each is named', () => {
    const { topology, web, payment } = shop();
    web.calls(payment, { timeout: Duration.seconds(1) });
    const other = new Topology('other');
    other.addService('db', { image, port }).addCircuitBreaker({ consecutive5xxErrors: 5 });

    expect(advise([topology, other]).tiers[0]?.missing.map(({ path }) => path)).toEqual([
      'shop/web → payment',
      'other/db',
    ]);
  });

  test('what no tier supports leaves none that is the simplest', () => {
    const { topology } = shop();
    topology
      .addEdge('cached', { host: 'cached.example' })
      .route('GET /a', topology.addService('a', { image, port }), { cacheTtl: Duration.minutes(1) });

    const advice = advise(topology);

    expect(advice.simplest).toBeUndefined();
    expect(advice.toString()).toContain('lacks\n      response caching: shop/cached\n');
  });
});

describe('what sidecars reserve', () => {
  const costOf = (topology: Topology, nodes?: number) => advise(topology, { nodes }).tiers[2]?.cost;

  test('100m and 128 MiB for each pod, and twice 500m and 2 GiB for istiod', () => {
    expect(costOf(shop().topology)).toEqual({ proxies: 5, cpu: 1.5, memory: 5 * 128 + 2 * 2048 });
  });

  test('a DaemonSet has a pod on each node, three unless the number is given', () => {
    const topology = new Topology('logs');
    topology.addService('agent', { image, port, workload: WorkloadKind.daemonSet() });

    expect([costOf(topology)?.proxies, costOf(topology, 7)?.proxies]).toEqual([3, 7]);
  });

  test.each([
    ['outside the mesh', { inMesh: false }],
    ['that ends', { workload: WorkloadKind.job() }],
  ])('a service %s has no proxy that stays', (_, props) => {
    const topology = new Topology('shop');
    topology.addService('a', { image, ...props });

    expect(costOf(topology)?.proxies).toBe(0);
  });
});

describe('what ambient mode reserves', () => {
  const costOf = (topology: Topology, nodes: number) => advise(topology, { nodes }).tiers[1]?.cost;

  test('ztunnel and the CNI plugin on each node, and istiod, without a waypoint where nothing needs one', () => {
    expect(costOf(shop().topology, 4)).toEqual({
      proxies: 4,
      cpu: (4 * 300 + 2 * 500) / 1000,
      memory: 4 * 612 + 2 * 2048,
    });
  });

  test('two replicas of a waypoint in each namespace where one is needed', () => {
    const { topology, web, payment } = shop();
    web.calls(payment, { timeout: Duration.seconds(1) });
    topology.addNamespace('data');
    const db = topology.addService('db', { image, port, namespace: 'data' });
    web.calls(db, { timeout: Duration.seconds(1) });

    expect(costOf(topology, 4)?.proxies).toBe(4 + 2 * 2);
  });

  test('retries need sidecars', () => {
    const { topology, web, payment } = shop();
    web.calls(payment, { retries: { attempts: 1 } });

    expect(advise(topology).simplest?.name).toBe('Istio with sidecars');
  });
});

describe('the target in use', () => {
  test('a mesh with more than is needed is no warning where a mesh is needed', () => {
    const { topology, web, payment } = shop();
    web.calls(payment, { timeout: Duration.seconds(1) });

    expect(advise(topology, { mesh: Mesh.istio() }).warnings).toEqual([]);
    expect(advise(topology, { mesh: Mesh.ambient() }).warnings).toEqual([]);
  });

  test('ambient mode that lacks what is declared is a warning', () => {
    const { topology, web, payment } = shop();
    web.calls(payment, { retries: { attempts: 1 } });

    expect(advise(topology, { mesh: Mesh.ambient() }).warnings).toEqual([
      'Istio in ambient mode lacks retries: shop/web → payment. Istio with sidecars has it.',
    ]);
  });

  test('a mesh that nothing requires is a warning', () => {
    expect(advise(shop().topology, { mesh: Mesh.istio() }).warnings).toEqual([
      'Nothing that is declared requires Istio with sidecars: plain Kubernetes is enough for 2 services.',
    ]);
  });

  test('a mesh for 50 services is none', () => {
    const { topology } = shop();
    for (let i = 0; i < 48; i++) {
      topology.addService(`s${i}`, { image, port });
    }
    const advice = advise(topology, { mesh: Mesh.istio() });

    expect(advice.warnings).toEqual([]);
    expect(advice.toString()).toContain('With 50 services, a mesh pays for its cost');
  });

  test('no mesh where one is required is a warning that names the call', () => {
    const { topology, web, payment } = shop();
    web.calls(payment, { timeout: Duration.seconds(1) });

    expect(advise(topology, { mesh: Mesh.none({ gateway: new EnvoyGateway() }) }).warnings).toEqual([
      'Plain Kubernetes lacks a timeout: shop/web → payment. Istio in ambient mode has it.',
    ]);
  });

  test('the right one is no warning', () => {
    const { topology, web, payment } = shop();
    expect(advise(topology, { mesh: Mesh.none() }).warnings).toEqual([]);
    web.calls(payment, { timeout: Duration.seconds(1) });
    expect(advise(topology, { mesh: Mesh.istio() }).warnings).toEqual([]);
  });
});

test('as text, each tier is a line, and an arrow points at the simplest', () => {
  const { topology, web, payment } = shop();
  web.calls(payment, { timeout: Duration.seconds(1) });

  expect(advise(topology).toString()).toBe(
    '  plain Kubernetes: no proxies; lacks\n      a timeout: shop/web → payment\n'
      + '→ Istio in ambient mode: 5 proxies, 2.1 CPUs, 6188 MiB; supports everything that is declared\n'
      + '  Istio with sidecars: 5 proxies, 1.5 CPUs, 4736 MiB; supports everything that is declared\n'
      + '  Linkerd: 5 proxies, 2.6 CPUs, 760 MiB; supports everything that is declared\n',
  );
});

test('of more than three paths with the same feature, the rest is a number', () => {
  const { topology, web, payment } = shop();
  web.calls(payment, { timeout: Duration.seconds(1) });
  for (const name of ['a', 'b', 'c', 'd']) {
    topology.addService(name, { image, port }).calls(payment, { timeout: Duration.seconds(1) });
  }

  expect(advise(topology).toString()).toContain(
    '      a timeout: shop/web → payment, shop/a → payment, shop/b → payment, 2 more\n',
  );
});

test('Linkerd lacks what it supports in part only, too, and an edge needs a gateway beside it', () => {
  const { topology, web, payment } = shop();
  web.calls(payment);
  payment.addCircuitBreaker({ consecutive5xxErrors: 5, maxConnections: 10 });

  expect(advise(topology).tiers[3]?.missing).toEqual([
    {
      path: 'shop/payment',
      feature: 'Its circuit breaker declares maxConnections, and Linkerd ejects endpoints by consecutive failures only',
    },
  ]);
  expect(advise(topology, { mesh: Mesh.linkerd() }).warnings).toHaveLength(1);
});
