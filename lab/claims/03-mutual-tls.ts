import assert from 'node:assert/strict';
import { Port, type Service, Topology } from '../../lib';
import { claim } from '../claims';
import type { Lab } from '../lab';
import type { World } from '../world';

const topology = new Topology('identity');
const caller = topology.addService('caller', { image: 'caller' });
const callee = topology.addService('callee', { image: 'callee', port: Port.http(80, { target: 8080 }) });
const open = topology.addService('open', { image: 'open', port: Port.http(80, { target: 8080 }), inMesh: false });
[callee, open].forEach(each => caller.calls(each));

let deployed: Promise<World> | undefined;
const world = (lab: Lab): Promise<World> => (deployed ??= lab.deploy(topology));

claim("a callee learns its caller's identity, which is the declared service account", async lab => {
  const { from } = await (await world(lab)).sendOnce(caller, callee);
  assert.match(
    String(from?.headers['x-forwarded-client-cert']),
    /URI=spiffe:\/\/cluster\.local\/ns\/identity\/sa\/caller/,
  );
});

claim('plaintext from outside the mesh is rejected, and reaches a service that opted out', async lab => {
  const here = await world(lab);
  const plain = (service: Service) => fetch(`http://${here.pod(service).network.ip}:8080/`);
  await assert.rejects(plain(callee), /fetch failed/);
  assert.equal((await plain(open)).status, 200);
});

claim('a caller in the mesh reaches a callee that opted out', async lab => {
  const reply = await (await world(lab)).sendOnce(caller, open);
  assert.deepEqual([reply.status, reply.from?.service], [200, 'open']);
});
