import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Duration } from 'cdk8s';
import { type ExternalService, Operation, Port, type Service, TlsOrigination, Topology } from '../../lib';
import { claim } from '../claims';
import { Outside } from '../outside';
import { assertCameAfter } from '../timing';

claim('external services are called through the egress gateway only, and only by their declared callers', async lab => {
  const outside = await Outside.of(lab);
  const topology = new Topology('through');
  const egressGateway = topology.addEgressGateway('out', { namespace: 'through-egress' });
  const [caller, rival] = ['caller', 'rival'].map(name => topology.addService(name, { image: name }));
  assert.ok(caller && rival);
  const external = (name: string, port: Port, tls: { tlsOrigination?: TlsOrigination } = {}) =>
    topology.addExternalService(name, { host: `${name}.example`, port, egressGateway, ...tls });
  const news = external('news', Port.http(80));
  const bank = external('bank', Port.tls(443));
  const db = external('db', Port.tcp(5432));
  // Nothing outside listens on 8088.
  const api = external('outside', Port.http(8088, { target: 443 }), {
    tlsOrigination: TlsOrigination.simple({ caCertificates: join(lab.folder, 'outside.crt') }),
  });
  const rumours = external('rumours', Port.http(80));
  caller.calls(news, { timeout: Duration.millis(900), allowedOperations: [Operation.http('GET /{all+}')] });
  [bank, db, api].forEach(each => caller.calls(each));
  rival.calls(rumours);
  const database = createServer(socket => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.end(`db ${socket.remoteAddress} -`));
  });
  await new Promise<void>((resolve, reject) => database.on('error', reject).listen(5432, outside.address, resolve));
  const world = await lab.deploy(topology);
  const [gateway] = lab.kubelet.pods('through-egress', { app: 'out' });
  assert.ok(gateway);

  const dial = async (from: Service, to: ExternalService, method = 'GET', path = '/x') => {
    outside.takeRequests();
    const reply = await world.sendOnce(from, to, { address: outside.address, method, path });
    const seen = outside.takeRequests().map(each => `${each.host.replace(/:\d+$/, '')} ${each.from}`);
    return { status: reply.status, seen: seen.join(), ms: reply.ms };
  };
  for (const each of [news, bank, api]) {
    const { status, seen } = await dial(caller, each);
    assert.deepEqual([each.name, status, seen], [each.name, 200, `${each.host} ${gateway.network.ip}`]);
  }
  const bytes = await world.sendOnce(caller, db, { address: outside.address });
  assert.deepEqual([bytes.from?.service, bytes.from?.version], ['db', gateway.network.ip]);
  const late = await dial(caller, news, 'GET', '/never');
  assert.equal(late.status, 504);
  assertCameAfter(late, 900, 5000);
  assert.deepEqual([(await dial(caller, news, 'POST')).status, outside.takeRequests()], [403, []]);

  // Without its Sidecar, the proxy of the rival has the routes of all hosts.
  lab.plane.kubectl('delete', 'sidecars.networking.istio.io', 'rival', '--namespace', 'through');
  await world.configSynced();
  assert.equal((await dial(rival, rumours)).status, 200);
  assert.deepEqual(
    [await dial(rival, news), await dial(rival, bank), await dial(rival, api)].map(({ status, seen }) => [
      status,
      seen,
    ]),
    [
      [403, ''],
      [0, ''],
      [403, ''],
    ],
  );
  assert.deepEqual(await requestInPlaintext(gateway.network.ip), 'closed');
  database.close();
  await lab.remove(world);
});

/** The result of a request without mutual TLS to the gateway's port for HTTP. */
async function requestInPlaintext(address: string): Promise<string> {
  try {
    return String((await fetch(`http://${address}:16000/x`, { headers: { host: 'news.example' } })).status);
  } catch {
    return 'closed';
  }
}
