import { Testing } from 'cdk8s';
import { ClusterApp, Mesh, Port, Topology, TopologyChart } from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';

// Ids of the constructs beside which those with names of the user's stand.
const NAMES = ['gateway', 'certificate', 'files', 'infrastructure', 'service', 'redirect', 'authorization-policy'];

test.each(NAMES)('an edge named %s is rendered by both gateways', name => {
  for (const mesh of [Mesh.istio(), Mesh.none({ gateway: new EnvoyGateway() })]) {
    const topology = new Topology('shop');
    const web = topology.addService('web', { port: Port.http(80), image: 'example/web:1' });
    topology.addEdge(name, { host: 'shop.example', tlsSecret: 'shop-tls' }).route('GET /', web);
    const objects = Testing.synth(new TopologyChart(new ClusterApp(), 'shop', { topology, mesh })) as {
      kind: string;
      metadata: { name: string };
    }[];
    expect(objects.filter(({ kind }) => kind === 'HTTPRoute').map(({ metadata }) => metadata.name)).toEqual([
      name,
      `${name}-redirect`,
    ]);
  }
});
