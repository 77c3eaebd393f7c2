import { Testing } from 'cdk8s';
import { ClusterApp, type LinkerdMeshProps, Mesh, type Topology, TopologyChart } from '../../lib';
import type { Rendered } from '../istio/support';

/** All objects of a topology on Linkerd. */
export function linkerd(topology: Topology, props: LinkerdMeshProps = {}): Rendered[] {
  return Testing.synth(
    new TopologyChart(new ClusterApp(), 'test', { topology, mesh: Mesh.linkerd(props) }),
  ) as Rendered[];
}
