import assert from 'node:assert/strict';
import { Injection, type IstioSidecarsProps, Mesh, Port, Topology } from '../../lib';
import { claim } from '../claims';
import type { Lab } from '../lab';

/** A topology of one service in the mesh and one outside; says for each whether it got a proxy, and from which control plane. */
async function injected(lab: Lab, name: string, props: IstioSidecarsProps): Promise<Record<string, string | undefined>> {
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

claim('a namespace label gives every pod a proxy but those that opt out', async lab => {
  assert.deepEqual(await injected(lab, 'by-namespace', {}), { inside: 'istiod.istio-system.svc:15012', outside: undefined });
});

claim('a pod label gives its pod a proxy, in a namespace without a label', async lab => {
  assert.deepEqual(await injected(lab, 'by-pod', { injection: Injection.POD }), { inside: 'istiod.istio-system.svc:15012', outside: undefined });
});

claim('a revision label takes the proxy of a second control plane', async lab => {
  const istiod = await lab.addIstiod('10.99.0.2', 'canary');
  for (const injection of [Injection.NAMESPACE, Injection.POD]) {
    assert.deepEqual(
      await injected(lab, `revision-by-${injection}`, { revision: 'canary', injection }),
      { inside: 'istiod-canary.istio-system.svc:15012', outside: undefined },
    );
  }
  lab.removeIstiod(istiod);
});
