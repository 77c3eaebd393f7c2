import { type IstioSidecarsProps, Mesh, Port, Topology } from '../lib';
import type { Lab } from './lab';

/**
 * A topology of one service in the mesh and one outside; returns for each whether it has a proxy, and its control
 * plane.
 */
export async function injected(
  lab: Lab,
  name: string,
  props: IstioSidecarsProps,
): Promise<Record<string, string | undefined>> {
  const topology = new Topology(name);
  const services = [
    topology.addService('inside', { image: 'inside', port: Port.http(80) }),
    topology.addService('outside', { image: 'outside', port: Port.http(80), inMesh: false }),
  ];
  const world = await lab.deploy(topology, { mesh: Mesh.istio(props) });
  const found = Object.fromEntries(services.map(service => [service.name, world.pod(service).controlPlane]));
  await lab.remove(world);
  return found;
}
