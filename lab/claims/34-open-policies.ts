import assert from 'node:assert/strict';
import { Operation, OutboundTraffic, Port, type Service, Topology } from '../../lib';
import { claim } from '../claims';
import { Outside } from '../outside';

claim('a service with any outbound traffic reaches undeclared hosts, and no undeclared service', async lab => {
  const outside = await Outside.of(lab);
  const topology = new Topology('anywhere');
  const [crawler, web] = [
    topology.addService('crawler', { image: 'crawler', outboundTraffic: OutboundTraffic.any('a claim') }),
    topology.addService('web', { image: 'web', port: Port.http(80) }),
  ];
  const world = await lab.deploy(topology);
  const dial = async (from: Service) => {
    outside.takeRequests();
    const [reply] = await world.pod(from).send({
      ...{ protocol: 'http', address: outside.address, host: 'any.example', port: 8080 },
      ...{ method: 'GET', path: '/', headers: {}, grpc: false },
    });
    return [reply?.status, outside.takeRequests().length];
  };

  assert.deepEqual(await dial(crawler), [200, 1]);
  assert.equal((await dial(web))[1], 0);
  // The address of the pod itself: the lab has no kube-proxy.
  const inside = await world.sendOnce(crawler, web, { address: world.pod(web).network.ip });
  assert.notEqual(inside.status, 200);
  assert.deepEqual(await world.pod(web).takeSeen(), []);
  await lab.remove(world);
});

claim('policies that are a dry run deny nothing, and the others do', async lab => {
  const topology = new Topology('rehearsal');
  const caller = topology.addService('caller', { image: 'caller' });
  const [open, closed] = ['open', 'closed'].map(name =>
    topology.addService(name, {
      image: name,
      port: Port.http(80),
      ...(name === 'open' ? { authorizationDryRun: 'a claim' } : {}),
    }),
  );
  assert.ok(open && closed);
  [open, closed].forEach(each => caller.calls(each, { allowedOperations: [Operation.http('GET /items/{id}')] }));
  const world = await lab.deploy(topology);
  const statusOf = async (callee: Service, path: string) => (await world.sendOnce(caller, callee, { path })).status;

  assert.deepEqual([await statusOf(open, '/items/1'), await statusOf(open, '/secrets')], [200, 200]);
  assert.deepEqual([await statusOf(closed, '/items/1'), await statusOf(closed, '/secrets')], [200, 403]);
  await lab.remove(world);
});
