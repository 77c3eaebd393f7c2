import { Chart, Duration, Testing } from 'cdk8s';
import { load } from 'js-yaml';
import {
  Auth,
  Capability,
  ClusterApp,
  type EdgeProps,
  Front,
  FrontConnection,
  type FrontLimits,
  GatewayService,
  Mesh,
  Port,
  TargetGroupBinding,
  type Target,
  Topology,
  TopologyChart,
} from '../../lib';
import { EnvoyGateway, EnvoyService } from '../../lib/gateway';
import { one, type Rendered } from '../istio/support';
import { frontSubnets, restFront } from '../support/fronts';

const peers = frontSubnets.map(cidr => ({ ipBlock: { cidr } }));
const front = restFront;
const outside = Front.of({
  name: 'a proxy elsewhere',
  capabilities: [],
  addresses: ['203.0.113.0/24'],
  connection: FrontConnection.LOAD_BALANCER,
});

function render(mesh: Target, props: Partial<EdgeProps>): Rendered[] {
  const topology = new Topology('shop');
  const web = topology.addService('web', { image: 'example/web:1', port: Port.http(80) });
  topology.addEdge('door', { host: 'shop.example', tlsSecret: 'door-tls', ...props }).route('GET /', web);
  return Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology, mesh })) as Rendered[];
}

const typeAtIstio = (objects: Rendered[]) => load(one(objects, 'ConfigMap', 'door-gateway').data?.service ?? '');
const typeAtEnvoy = (objects: Rendered[]): string =>
  one(objects, 'EnvoyProxy', 'door').spec.provider.kubernetes.envoyService.type;

describe('the Service of a gateway behind a front that connects to its pods', () => {
  test.each([[undefined], [GatewayService.CLUSTER_IP]])('is a ClusterIP at Istio, declared %s', gatewayService => {
    expect(typeAtIstio(render(Mesh.istio({ gatewayService }), { front }))).toEqual({
      spec: { type: 'ClusterIP' },
    });
  });

  test.each([[undefined], [EnvoyService.CLUSTER_IP]])('is a ClusterIP at Envoy Gateway, declared %s', service => {
    expect(typeAtEnvoy(render(Mesh.none({ gateway: new EnvoyGateway({ service }) }), { front }))).toBe('ClusterIP');
  });

  test.each([
    ['Istio', Mesh.istio({ gatewayService: GatewayService.LOAD_BALANCER })],
    ['Envoy Gateway', Mesh.none({ gateway: new EnvoyGateway({ service: EnvoyService.LOAD_BALANCER }) })],
  ])('is never a load balancer at %s', (_name, mesh) => {
    expect(() => render(mesh, { front })).toThrow(/shop\/door.*bypass the front.*Remove the type of the Service/s);
  });

  test('is a load balancer without one, as it was', () => {
    expect(typeAtIstio(render(Mesh.istio(), {}))).toEqual({ spec: { type: 'LoadBalancer' } });
    expect(typeAtIstio(render(Mesh.istio({ gatewayService: GatewayService.LOAD_BALANCER }), {}))).toEqual({
      spec: { type: 'LoadBalancer' },
    });
    expect(typeAtEnvoy(render(Mesh.none({ gateway: new EnvoyGateway() }), {}))).toBe('LoadBalancer');
  });
});

describe('the Service of a gateway behind a front that connects to a load balancer', () => {
  const ranged = {
    type: 'LoadBalancer',
    loadBalancerSourceRanges: ['203.0.113.0/24'],
    externalTrafficPolicy: 'Local',
  };

  test('allows the addresses of the front only, at the load balancer and at the pods', () => {
    const atIstio = render(Mesh.istio(), { front: outside });
    const atEnvoy = render(Mesh.none({ gateway: new EnvoyGateway() }), { front: outside });

    expect(typeAtIstio(atIstio)).toEqual({ spec: ranged });
    expect(one(atEnvoy, 'EnvoyProxy', 'door').spec.provider.kubernetes.envoyService).toEqual({
      name: 'shop-door',
      ...ranged,
    });
    expect(one(atIstio, 'NetworkPolicy', 'door').spec.ingress[0].from).toEqual([
      { ipBlock: { cidr: '203.0.113.0/24' } },
    ]);
  });

  test('is a ClusterIP if one is declared', () => {
    expect(typeAtIstio(render(Mesh.istio({ gatewayService: GatewayService.CLUSTER_IP }), { front: outside }))).toEqual({
      spec: { type: 'ClusterIP' },
    });
  });
});

describe('a front with a certificate of its own', () => {
  const proven = Front.of({ name: 'a proxy', capabilities: [Capability.CLIENT_CERTIFICATES], clientCa: 'front-ca' });
  const authority = [{ group: '', kind: 'ConfigMap', name: 'front-ca' }];

  test('is the only client of the gateway, independent of the certificates of its own clients', () => {
    const props = { front: proven, clientCa: 'clients' };

    expect(one(render(Mesh.istio(), props), 'Gateway', 'door').spec.tls).toEqual({
      frontend: { default: { validation: { caCertificateRefs: authority } } },
    });
    const atEnvoy = render(Mesh.none({ gateway: new EnvoyGateway() }), props);
    expect(one(atEnvoy, 'ClientTrafficPolicy', 'door').spec.tls.clientValidation).toEqual({
      caCertificateRefs: authority,
    });
  });

  test('may connect from any address', () => {
    expect(one(render(Mesh.istio(), { front: proven }), 'NetworkPolicy', 'door').spec.ingress[0]).not.toHaveProperty(
      'from',
    );
  });
});

describe('the addresses of a front', () => {
  test('are the only ones that the pods of the gateway admit, for requests and for the health check', () => {
    expect(one(render(Mesh.istio(), { front }), 'NetworkPolicy', 'door').spec.ingress).toEqual([
      {
        from: peers,
        ports: [80, 443, 15021].map(port => ({ protocol: 'TCP', port })),
      },
    ]);
  });

  test('bound gateways in a namespace of their own too, and their other connections are left to the operator', () => {
    const objects = render(Mesh.none({ gateway: new EnvoyGateway() }), { front });
    expect(one(objects, 'NetworkPolicy', 'shop-door', 'envoy-gateway-system').spec).toEqual({
      podSelector: {
        matchLabels: {
          'gateway.envoyproxy.io/owning-gateway-name': 'door',
          'gateway.envoyproxy.io/owning-gateway-namespace': 'shop',
        },
      },
      policyTypes: ['Ingress'],
      ingress: [{ from: peers, ports: [10080, 10443, 19003].map(port => ({ protocol: 'TCP', port })) }],
    });
  });

  test('open the security groups of the pods, unless the binding names another range', () => {
    const topology = new Topology('shop');
    const edge = topology.addEdge('door', { host: 'shop.example', front });
    edge.route('GET /', topology.addService('web', { image: 'example/web:1', port: Port.http(80) }));
    const ranges = (allowFrom?: string) => {
      const chart = new Chart(new ClusterApp(), 'aws');
      new TargetGroupBinding(chart, 'door', { edge, mesh: Mesh.istio(), allowFrom });
      return (Testing.synth(chart)[0] as Rendered).spec.networking.ingress[0].from;
    };
    expect(ranges()).toEqual(peers);
    expect(ranges('10.0.0.0/16')).toEqual([{ ipBlock: { cidr: '10.0.0.0/16' } }]);
  });
});

test('an edge whose front pods can bypass is among the findings of the chart, which is synthesized all the same', () => {
  const topology = new Topology('shop');
  topology
    .addEdge('door', { host: 'shop.example', front, waf: true })
    .route('GET /', topology.addService('web', { image: 'example/web:1', port: Port.http(80) }));
  const chart = new TopologyChart(new ClusterApp(), 'test', {
    topology,
    mesh: Mesh.istio(),
    clusterCidrs: ['10.0.8.128/25'],
  });

  expect(chart.findings.map(each => each.id)).toEqual(['OpenBehindFront']);
  expect(Testing.synth(chart)).not.toEqual([]);
});

describe('a finding of synthesis is accepted by its code', () => {
  const why = { OpenBehindFront: 'the gateway is in a private network' };
  const charted = (
    app: ClusterApp,
    accepted?: Record<string, string>,
    props: Partial<EdgeProps> = { front, waf: true },
  ) => {
    const topology = new Topology('shop');
    const web = topology.addService('web', { image: 'example/web:1', port: Port.http(80) });
    topology.addEdge('door', { host: 'shop.example', tlsSecret: 'door-tls', ...props }).route('GET /', web);
    return new TopologyChart(app, 'test', {
      topology,
      mesh: Mesh.istio(),
      accepted,
      clusterCidrs: frontSubnets,
    });
  };

  test('at the chart, which keeps it with the reason', () => {
    const app = new ClusterApp();
    const chart = charted(app, why);
    expect([chart.findings, app.findings]).toEqual([[], []]);
    const kept = [expect.objectContaining({ reason: why.OpenBehindFront })];
    expect([chart.acceptedFindings, app.acceptedFindings]).toEqual([kept, kept]);
  });

  test('at the app, for all its charts', () => {
    const app = new ClusterApp({ accepted: why });
    const chart = charted(app);
    expect([chart.findings.map(each => each.id), app.findings]).toEqual([['OpenBehindFront'], []]);
    expect(app.acceptedFindings.map(({ reason }) => reason)).toEqual([why.OpenBehindFront]);
  });

  test('and is a finding itself where there is nothing to accept', () => {
    const app = new ClusterApp();
    expect(charted(app, why, {}).findings.map(each => each.id)).toEqual(['UnusedSuppression']);
    expect(app.findings.map(each => each.id)).toEqual(['UnusedSuppression']);
  });

  test('but an error of synthesis is not', () => {
    expect(() => charted(new ClusterApp(), { NoRoutes: 'later' })).toThrow(/NoRoutes is an error of synthesis/);
    expect(() => new ClusterApp({ accepted: { NoRoutes: 'later' } })).toThrow(/NoRoutes is an error of synthesis/);
  });
});

test('an app accepts checks of what it would write, and only those that there are', () => {
  expect(
    () => new ClusterApp({ accepted: { UnknownSecret: 'cert-manager makes it', IST0101: 'elsewhere' } }),
  ).not.toThrow();
  expect(() => new ClusterApp({ accepted: { UnknownSecrt: 'cert-manager makes it' } })).toThrow(
    /Did you mean UnknownSecret\?/,
  );
});

describe('an edge that exceeds a limit of its front is an error of synthesis', () => {
  const jwt = (audience: string) =>
    Auth.jwt({ issuer: 'https://login.example', audiences: [audience], scopes: ['a', 'b'] });

  test.each<[string, FrontLimits, string]>([
    ['routes', { routes: 1 }, 'There are 2 routes, and a proxy has at most 1.'],
    ['issuers', { issuers: 1 }, 'There are 2 sets of issuer and audiences, and a proxy has at most 1.'],
    ['audiences', { audiences: 0 }, 'There are 1 audiences, and a proxy has at most 0.'],
    ['scopes', { scopes: 1 }, 'There are 2 scopes, and a proxy has at most 1.'],
    [
      'timeouts',
      { longestTimeout: Duration.seconds(28) },
      'The timeout is 29000 ms, and a proxy supports 0 to 28000 ms.',
    ],
    [
      'short timeouts',
      { shortestTimeout: Duration.seconds(30), longestTimeout: Duration.seconds(60) },
      'The timeout is 29000 ms, and a proxy supports 30000 to 60000 ms.',
    ],
  ])('%s', (_what, limits, message) => {
    const topology = new Topology('shop');
    const web = topology.addService('web', { image: 'example/web:1', port: Port.http(80) });
    const limited = Front.of({ name: 'a proxy', capabilities: [], addresses: frontSubnets, limits });
    const edge = topology.addEdge('door', { host: 'shop.example', front: limited });
    edge.route('GET /a', web, { auth: jwt('a') });
    edge.route('GET /b', web, { auth: jwt('b') });
    const chart = new TopologyChart(new ClusterApp(), 'test', { topology, mesh: Mesh.istio() });

    expect(chart.findings.map(each => [each.id, each.message])).toContainEqual(['FrontLimit', message]);
  });
});
