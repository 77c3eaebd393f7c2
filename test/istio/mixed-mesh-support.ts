import { Testing } from 'cdk8s';
import { ClusterApp, Mesh, Port, type ServiceProps, type Target, Topology, TopologyChart } from '../../lib';
import { plain, type Rendered } from './support';

export const NAMESPACES = ['shop', 'stock'];
export const mixed = (...namespaces: string[]): Target => Mesh.ambient({ sidecars: { namespaces } });
const port = () => Port.http(80, { target: 8080 });

/** web, in namespace shop, calls stock, in a namespace of its own, which calls ledger beside it. */
export function declared(props: ServiceProps = {}) {
  const topology = new Topology('shop');
  topology.addNamespace('stock');
  const web = plain(topology, 'web', { port: port() });
  const stock = plain(topology, 'stock', { namespace: 'stock', port: port(), ...props });
  const ledger = plain(topology, 'ledger', { namespace: 'stock', port: Port.tcp(5432) });
  return { topology, web, stock, ledger };
}

export const objects = (topology: Topology, mesh: Target): Rendered[] =>
  Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology, mesh })) as Rendered[];
