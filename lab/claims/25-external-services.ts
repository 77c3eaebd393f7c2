import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Duration } from 'cdk8s';
import { Port, TlsOrigination, Topology } from '../../lib';
import { claim } from '../claims';
import { Outside } from '../outside';
import { assertCameAfter } from '../timing';

claim(
  'a proxy originates TLS to a host outside, verifies its certificate, and keeps the timeout of the call',
  async lab => {
    const outside = await Outside.of(lab);
    const topology = new Topology('origination');
    const caller = topology.addService('caller', { image: 'caller' });
    // Nothing outside listens on 8088.
    const port = Port.http(8088, { target: 443 });
    const caCertificates = join(lab.folder, 'outside.crt');
    const [verified, misnamed, untrusted] = [
      topology.addExternalService('verified', {
        host: 'outside.example',
        port,
        tlsOrigination: TlsOrigination.simple({ caCertificates }),
      }),
      topology.addExternalService('misnamed', {
        host: 'misnamed.example',
        port,
        tlsOrigination: TlsOrigination.simple({ caCertificates }),
      }),
      topology.addExternalService('untrusted', {
        host: 'untrusted.example',
        port,
        tlsOrigination: TlsOrigination.simple({ subjectAltNames: ['outside.example'] }),
      }),
    ];
    [verified, misnamed, untrusted].forEach(each => caller.calls(each, { timeout: Duration.millis(900) }));
    const world = await lab.deploy(topology);
    outside.takeRequests();

    const send = (callee: typeof verified, path = '/') =>
      world.sendOnce(caller, callee, { address: outside.address, path });
    const { status, text } = await send(verified);
    assert.equal(status, 200, text);
    assert.deepEqual(
      outside.takeRequests().map(({ host }) => host.replace(/:\d+$/, '')),
      ['outside.example'],
    );
    const late = await send(verified, '/never');
    assert.equal(late.status, 504);
    assertCameAfter(late, 900, 5000);
    outside.takeRequests();
    assert.deepEqual([(await send(misnamed)).status, (await send(untrusted)).status], [503, 503]);
    assert.deepEqual(outside.takeRequests(), []);
    await lab.remove(world);
  },
);

claim('two databases on one port are distinguished by their addresses, and a third is not reached', async lab => {
  const addresses = { orders: '10.99.0.11', users: '10.99.0.12', secrets: '10.99.0.13' };
  const servers = await Promise.all(
    Object.entries(addresses).map(async ([name, address]) => {
      lab.kubelet.network.addHostAddress(address);
      const server = createServer(socket => {
        socket.on('error', () => undefined);
        socket.on('data', () => socket.end(`${name} - -`));
      });
      await new Promise<void>((resolve, reject) => server.on('error', reject).listen(5432, address, resolve));
      return server;
    }),
  );
  const topology = new Topology('databases');
  const caller = topology.addService('caller', { image: 'caller' });
  const [orders, users] = [addresses.orders, addresses.users].map((address, index) =>
    topology.addExternalService(`db${index}`, { port: Port.tcp(5432), addresses: [address] }),
  );
  assert.ok(orders && users);
  caller.calls(orders);
  caller.calls(users);
  const world = await lab.deploy(topology);

  const reached = async (address: string) => (await world.sendOnce(caller, orders, { address })).from?.service;
  assert.deepEqual([await reached(addresses.orders), await reached(addresses.users)], ['orders', 'users']);
  assert.equal(await reached(addresses.secrets), undefined);
  servers.forEach(each => each.close());
  await lab.remove(world);
});

claim('the hosts of a domain are reached by their names, and no other', async lab => {
  const outside = await Outside.of(lab);
  const topology = new Topology('domain');
  const caller = topology.addService('caller', { image: 'caller' });
  const all = topology.addExternalService('all', {
    host: '*.wild.example',
    port: Port.tls(443),
    ports: [Port.http(80)],
  });
  caller.calls(all);
  caller.calls(all, { port: 80 });
  const world = await lab.deploy(topology);
  const dial = async (protocol: 'http' | 'https', host: string) => {
    outside.takeRequests();
    const port = protocol === 'http' ? 80 : 443;
    const spec = { protocol, host, port, address: outside.address, method: 'GET', path: '/', headers: {}, grpc: false };
    const [reply] = await world.pod(caller).send(spec);
    return `${protocol} ${host} ${reply?.status === 200} ${outside.takeRequests().length}`;
  };
  assert.deepEqual(
    [
      await dial('http', 'a.wild.example'),
      await dial('https', 'b.wild.example'),
      await dial('http', 'wild.example'),
      await dial('https', 'a.tame.example'),
      await dial('http', 'a.wild.example.tame.example'),
    ],
    [
      'http a.wild.example true 1',
      'https b.wild.example true 1',
      'http wild.example false 0',
      'https a.tame.example false 0',
      'http a.wild.example.tame.example false 0',
    ],
  );
  await lab.remove(world);
});

claim('an ExternalName Service is a name for its host, and EndpointSlices are endpoints outside', async lab => {
  const outside = await Outside.of(lab);
  const topology = new Topology('named');
  const caller = topology.addService('caller', { image: 'caller' });
  const other = topology.addService('other', { image: 'other' });
  const port = Port.http(8088, { target: 80 });
  const named = topology.addExternalService('named', { host: 'named.example', port, clusterService: true });
  const listed = topology.addExternalService('listed', {
    addresses: [outside.address],
    port: Port.http(8089, { target: 80 }),
    clusterService: true,
  });
  const connected = topology.addExternalService('connected', {
    addresses: [outside.address],
    port: Port.tcp(8090, { target: 80 }),
    clusterService: true,
  });
  [named, listed, connected].forEach(each => caller.calls(each));
  const world = await lab.deploy(topology);
  const dial = async (from: typeof caller, callee: typeof named) => {
    outside.takeRequests();
    const address = callee === named ? outside.address : lab.kubelet.clusterIp(callee.namespace, callee.name);
    const host = `${callee.hostNameIn()}:${callee.firstPort().number}`;
    const spec = {
      protocol: 'http' as const,
      host,
      port: callee.firstPort().number,
      address,
      method: 'GET',
      path: '/',
      headers: {},
      grpc: false,
    };
    const [reply] = await world.pod(from).send(spec);
    return `${reply?.status === 200} ${outside
      .takeRequests()
      .map(each => each.host)
      .join()}`;
  };
  assert.deepEqual(
    [await dial(caller, named), await dial(caller, listed), await dial(caller, connected)],
    ['true named.example', 'true listed:8089', 'true connected:8090'],
  );
  assert.deepEqual(
    [await dial(other, named), await dial(other, listed), await dial(other, connected)],
    ['false ', 'false ', 'false '],
  );
  await lab.remove(world);
});
