import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ClusterApp, Mesh, Port, Topology, TopologyChart } from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { Cluster, NetworkPolicies, type Peer } from '../../lib/manifests';
import { Manifests, Traffic } from '../../lib/testing';
import { claim } from '../claims';
import type { Lab } from '../lab';
import { connectionsFrom, connectionsFromHost, resolves, type Target } from '../layer4';
import { HOST, NODE, type PodNetwork } from '../network';
import { PolicyEnforcement } from '../network-policies';
import { Outside } from '../outside';
import type { Pod } from '../pod';
import { podsAreReady } from '../readiness';
import { standIn } from '../stand-in';

/** An address of the host that no Pod has: a client outside the cluster. */
const OUTSIDE = '10.99.0.200';
const MONITORING = 'policies-monitoring';
const ISTIOD: Target = { address: HOST, port: 15012 };
const DNS: Target = { address: HOST, port: 53 };
const API_SERVER: Target = { address: HOST, port: 6443 };
const METRICS = [15020, 15090];

interface Client {
  readonly name: string;
  /** Undefined for the host. */
  readonly network?: PodNetwork;
  readonly peer: Peer;
}

function shop(name: string): Topology {
  const topology = new Topology(name);
  topology.addNamespace(`${name}-data`);
  const http = () => Port.http(80, { target: 8080 });
  const web = topology.addService('web', { image: 'web', port: http() });
  const cart = topology.addService('cart', {
    image: 'cart',
    port: http(),
    ports: [Port.http(81, { name: 'admin', target: 8081 })],
  });
  const db = topology.addService('db', { image: 'db', port: Port.tcp(5432), namespace: `${name}-data` });
  topology.addService('audit', { image: 'audit', port: http() });
  web.calls(cart);
  cart.calls(db);
  topology.addEdge('front', { host: 'policies.lab.example' }).route('GET /', web);
  return topology;
}

/** Each open port of the topology, from each Pod and from outside: what is declared passes, all else is refused. */
async function expectDeclared(
  lab: Lab,
  topology: Topology,
  folder: string,
  gateway: { readonly pod: Pod; readonly ports: readonly number[] },
  further: readonly Pod[],
): Promise<void> {
  const pods = topology.services.flatMap(each => lab.kubelet.pods(each.namespace, each.selector));
  const clients = [
    ...[...pods, gateway.pod, ...further].map(clientOf),
    { name: 'outside', network: undefined, peer: { namespace: '', labels: {}, address: OUTSIDE } },
  ];
  const declared = new Set(
    topology.services.flatMap(({ name, outgoingCalls }) =>
      outgoingCalls.map(({ callee, port }) => `${name} → ${callee.name}:${port.target}`),
    ),
  );
  const targets = [...pods, gateway.pod].flatMap(pod =>
    [...portsOf(pod), ...(pod.injected && pod !== gateway.pod ? METRICS : [])].map(port => ({ pod, port })),
  );
  const addresses = targets.map(({ pod, port }) => ({ address: pod.network.ip, port }));
  assert.ok((await connectionsFrom(NODE, addresses)).every(Boolean), 'the node reaches every port: they are open');

  const policies = NetworkPolicies.of(new Cluster(Manifests.ofDirectory(folder).resources));
  for (const client of clients) {
    const accepted = await (client.network
      ? connectionsFrom(client.network, addresses)
      : connectionsFromHost(OUTSIDE, addresses));
    targets.forEach(({ pod, port }, index) => {
      const isOurs = pods.some(each => each.network === client.network);
      const pair = `${client.name} → ${serviceOf(pod)}:${port}`;
      const fromGateway = client.name === serviceOf(gateway.pod) && serviceOf(pod) === 'web' && port === 8080;
      const toGateway = pod === gateway.pod && gateway.ports.includes(port) && !isOurs;
      const isScrape = METRICS.includes(port) && client.name === 'prometheus';
      // kube-router takes the rules of a policy that selects both ends for either direction.
      const isBetweenBoth = METRICS.includes(port) && client.peer.namespace === pod.namespace;
      if (pod.network === client.network || isBetweenBoth) {
        return;
      }
      const expected = declared.has(pair) || fromGateway || toGateway || isScrape;
      assert.equal(accepted[index], expected, `${pair} is ${expected ? 'refused' : 'accepted'}`);
      const blocking = policies.blocking(client.peer, clientOf(pod).peer, {
        number: port,
        names: pod.object.spec.containers.flatMap(each =>
          (each.ports ?? []).flatMap(({ name, containerPort }) => (containerPort === port && name ? [name] : [])),
        ),
        protocol: 'TCP',
      });
      assert.equal(blocking.length === 0, expected, `${pair} in the simulator`);
    });
  }
}

function clientOf(pod: Pod): Client {
  const { namespace, labels, network } = pod;
  return { name: serviceOf(pod), network, peer: { namespace, labels, address: network.ip } };
}

function serviceOf({ labels, name }: Pod): string {
  return labels['app.kubernetes.io/name'] ?? labels.app ?? name;
}

/** The ports of the app; a gateway made by istiod has those of its listeners. */
function portsOf(pod: Pod): number[] {
  const own = pod.object.spec.containers.filter(each => each.name !== 'istio-proxy');
  return own.length > 0 ? own.flatMap(each => (each.ports ?? []).map(({ containerPort }) => containerPort)) : [80];
}

async function withPolicies(lab: Lab, prove: (enforcement: PolicyEnforcement) => Promise<void>): Promise<void> {
  await Outside.of(lab);
  lab.kubelet.network.ensureHostAddress(OUTSIDE);
  const enforcement = await PolicyEnforcement.start(lab);
  try {
    await prove(enforcement);
  } finally {
    await enforcement.stop();
  }
}

claim('NetworkPolicies allow what is declared in a mesh, and what the mesh needs, and deny all else', async lab => {
  await withPolicies(lab, async enforcement => {
    const topology = shop('policies');
    lab.applyObjects('policies-monitoring', standIn(MONITORING, 'prometheus', { app: 'prometheus' }));
    // The pods become ready under the policies: probes, istiod and its certificates pass.
    const world = await lab.deploy(topology);
    await podsAreReady(lab, MONITORING, []);
    await enforcement.synced();
    const pod = (namespace: string, labels: Record<string, string>) => {
      const [found] = lab.kubelet.pods(namespace, labels);
      assert.ok(found);
      return found;
    };
    const gateway = pod('policies', { 'gateway.networking.k8s.io/gateway-name': 'front' });
    await expectDeclared(lab, topology, world.outdir, { pod: gateway, ports: [80] }, [
      pod(MONITORING, { app: 'prometheus' }),
    ]);
    for (const each of topology.services.flatMap(service => world.pods(service))) {
      assert.deepEqual(
        await connectionsFrom(each.network, [ISTIOD, DNS, API_SERVER]),
        [true, true, false],
        `istiod, DNS and the API server from ${each.name}`,
      );
      assert.ok(await resolves(each.network, 'any.example'), `${each.name} resolves names`);
    }
    for (const caller of topology.services) {
      for (const callee of topology.services.filter(each => caller.outgoingCalls.some(call => call.callee === each))) {
        assert.equal((await world.sendOnce(caller, callee)).status, 200, `${caller.name} calls ${callee.name}`);
      }
    }
    const [edge] = topology.edges;
    assert.equal(edge && (await world.requestGateway(edge, { path: '/' })).status, 200);
    await lab.remove(world);
    await lab.removeNamespaces([MONITORING]);
  });
});

claim('NetworkPolicies allow what is declared without a mesh, as the simulator answers, and deny all else', lab =>
  withPolicies(lab, async enforcement => {
    const topology = shop('bare');
    const outdir = join(lab.folder, 'apps', 'bare');
    const app = new ClusterApp({ outdir });
    const eg = new EnvoyGateway();
    new TopologyChart(app, 'bare', { topology, mesh: Mesh.none({ gateway: eg }) });
    app.synth();
    const manifests = Manifests.ofDirectory(outdir);
    const [edge] = topology.edges;
    assert.ok(edge);
    // Envoy Gateway does not run in the lab: a Pod with the labels of its proxies is in their place.
    lab.applyObjects('bare', [
      ...standIn(eg.namespaceOf(), 'proxy', { ...eg.labelsOf(edge), app: 'proxy' }, eg.portsOf(edge)),
      ...manifests.resources.map(each => each.object).filter(isBuiltIn),
    ]);
    const namespaces = [...topology.namespaces, eg.namespaceOf()];
    for (const namespace of namespaces) {
      await podsAreReady(lab, namespace, []);
    }
    await enforcement.synced();
    const [proxy] = lab.kubelet.pods(eg.namespaceOf(), { app: 'proxy' });
    assert.ok(proxy);
    await expectDeclared(lab, topology, outdir, { pod: proxy, ports: eg.portsOf(edge) }, []);

    const traffic = Traffic.of(manifests);
    const pods = topology.services.flatMap(each => lab.kubelet.pods(each.namespace, each.selector));
    for (const from of pods) {
      for (const callee of topology.services) {
        const [to] = lab.kubelet.pods(callee.namespace, callee.selector);
        for (const { number, target } of to && to !== from ? callee.ports : []) {
          const pair = `${serviceOf(from)} → ${callee.name}:${number}`;
          const [accepted] = await connectionsFrom(from.network, [{ address: to?.network.ip ?? '', port: target }]);
          const result = traffic.from(serviceOf(from)).tcp(`${callee.name}.${callee.namespace}:${number}`);
          assert.equal(result.isAllowed, accepted, `${pair}: ${result.explain()}`);
        }
      }
      assert.deepEqual(await connectionsFrom(from.network, [DNS, ISTIOD, API_SERVER]), [true, false, false], from.name);
      assert.ok(await resolves(from.network, 'any.example'), `${from.name} resolves names`);
    }
    await lab.removeNamespaces(namespaces);
  }),
);

/** The API server of the lab has no types of Envoy Gateway, and nothing there serves routes of its class. */
function isBuiltIn({ apiVersion = '' }: { readonly apiVersion?: string }): boolean {
  return ['v1', 'apps/v1', 'policy/v1', 'networking.k8s.io/v1'].includes(apiVersion);
}
