import assert from 'node:assert/strict';
import {
  FailureMode,
  Operation,
  OutboundTraffic,
  Port,
  ProxyExtension,
  type Service,
  Topology,
  WasmPhase,
} from '../../lib';
import { claim } from '../claims';
import { ModuleServer } from '../module-server';
import { Outside } from '../outside';
import { headerModule } from '../wasm-module';

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

claim('WebAssembly modules of a service run by phase and in their order, and its scripts after them', async lab => {
  const modules = await ModuleServer.of(lab);
  const wasm = (name: string, phase?: WasmPhase) =>
    ProxyExtension.wasm({ ...modules.serve(headerModule('x-order', name)), phase });
  const script = (name: string) =>
    ProxyExtension.lua(`function envoy_on_request(handle)\n  handle:headers():add("x-order", "${name}")\nend`);
  const topology = new Topology('extended');
  const caller = topology.addService('caller', { image: 'caller' });
  const callee = topology.addService('callee', {
    image: 'callee',
    port: Port.http(80),
    proxy: { env: { WASM_INSECURE_REGISTRIES: modules.host } },
    proxyExtensions: [
      wasm('last-phase-1'),
      wasm('last-phase-2'),
      wasm('before-tokens', WasmPhase.AUTHENTICATION),
      wasm('before-policies', WasmPhase.AUTHORIZATION),
      script('script-1'),
      script('script-2'),
    ],
  });
  caller.calls(callee, { allowedOperations: [Operation.http('GET /items')] });
  const world = await lab.deploy(topology);

  const reply = await world.sendOnce(caller, callee, { path: '/items' });
  assert.deepEqual(
    [reply.status, reply.from?.headers['x-order']],
    [200, 'before-tokens, before-policies, last-phase-1, last-phase-2, script-1, script-2'],
  );
  assert.equal((await world.sendOnce(caller, callee, { path: '/secrets' })).status, 403);
  await lab.remove(world);
});

claim(
  'a WebAssembly module with another checksum is not loaded, and requests are denied or allowed as declared',
  async lab => {
    const modules = await ModuleServer.of(lab);
    const { url } = modules.serve(headerModule('x-order', 'changed'));
    const topology = new Topology('changed');
    const caller = topology.addService('caller', { image: 'caller' });
    const [closed, open] = [FailureMode.FAIL_CLOSED, FailureMode.FAIL_OPEN].map(failureMode => {
      const callee = topology.addService(failureMode, {
        image: 'callee',
        port: Port.http(80),
        proxy: { env: { WASM_INSECURE_REGISTRIES: modules.host } },
        proxyExtensions: [ProxyExtension.wasm({ url, sha256: '0'.repeat(64), failureMode })],
      });
      caller.calls(callee);
      return callee;
    });
    assert.ok(closed && open);
    const world = await lab.deploy(topology);
    assert.equal((await world.sendOnce(caller, closed)).status, 403);
    const reply = await world.sendOnce(caller, open);
    assert.deepEqual([reply.status, reply.from?.headers['x-order']], [200, undefined]);
    await lab.remove(world);
  },
);
