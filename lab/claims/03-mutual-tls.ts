import assert from 'node:assert/strict';
import { Port, type Service, Topology } from '../../lib';
import { claim } from '../claims';
import type { Lab } from '../lab';
import type { World } from '../world';

const topology = new Topology('identity');
const caller = topology.addService('caller', { image: 'caller' });
const callee = topology.addService('callee', { image: 'callee', port: Port.http(80, { target: 8080 }) });
const open = topology.addService('open', { image: 'open', port: Port.http(80, { target: 8080 }), inMesh: false });
const database = topology.addService('database', {
  image: 'database',
  port: Port.tcp(3306),
  ports: [Port.tcp(33062, { name: 'admin' })],
  portsWithoutMutualTls: [{ port: 3306, reason: 'MySQL sends first, and the reports have no proxy' }],
});
const reports = topology.addService('reports', { image: 'reports', inMesh: false });
[callee, open].forEach(each => caller.calls(each));
[3306, 33062].forEach(port => caller.calls(database, { port }));
reports.calls(database, { port: 3306 });

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

claim('a port without mutual TLS accepts callers with and without a proxy, and the other ports do not', async lab => {
  const here = await world(lab);
  // Without a proxy nothing routes the address of the Service: the lab has no kube-proxy.
  const { ip } = here.pod(database).network;
  const statusOf = async (from: Service, port: number, address?: string) =>
    (await here.sendOnce(from, database, { port, address })).status;
  assert.deepEqual([await statusOf(caller, 3306), await statusOf(reports, 3306, ip)], [200, 200]);
  assert.deepEqual([await statusOf(caller, 33062), await statusOf(reports, 33062, ip)], [200, 0]);
});
