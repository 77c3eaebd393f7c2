import assert from 'node:assert/strict';
import { Duration } from 'cdk8s';
import { Port, type Service, Topology } from '../../lib';
import type { Reply, RequestSpec } from '../app-protocol';
import { claim } from '../claims';
import type { Lab } from '../lab';
import { Outside } from '../outside';
import { assertCameAfter } from '../timing';
import type { World } from '../world';

const topology = new Topology('egress');
const caller = topology.addService('caller', { image: 'caller' });
const homebody = topology.addService('homebody', { image: 'homebody' });
const news = topology.addExternalService('news', { host: 'news.example', port: Port.http(80) });
const bank = topology.addExternalService('bank', { host: 'bank.example', port: Port.tls(443) });
caller.calls(news, { timeout: Duration.millis(700) });
caller.calls(bank);

interface Stage {
  readonly world: World;
  readonly outside: Outside;
}

let staged: Promise<Stage> | undefined;

function stage(lab: Lab): Promise<Stage> {
  staged ??= (async () => {
    const outside = await Outside.of(lab);
    return { outside, world: await lab.deploy(topology) };
  })();
  return staged;
}

/** Sends a request to a host, declared or not. */
async function dial(
  { world, outside }: Stage,
  from: Service,
  spec: Pick<RequestSpec, 'protocol' | 'host' | 'port'>,
): Promise<Reply> {
  outside.takeRequests();
  const [reply] = await world
    .pod(from)
    .send({ address: outside.address, method: 'GET', path: '/', headers: {}, grpc: false, ...spec });
  assert.ok(reply);
  return reply;
}

claim('a declared host outside is reached over HTTP, by its name', async lab => {
  const here = await stage(lab);
  const { status, text } = await dial(here, caller, { protocol: 'http', host: 'news.example', port: 80 });
  assert.equal(status, 200, text);
  assert.deepEqual(
    here.outside.takeRequests().map(({ host }) => host),
    ['news.example'],
  );
});

claim('a declared host outside is reached over TLS that the caller itself originates', async lab => {
  const here = await stage(lab);
  const { status, text } = await dial(here, caller, { protocol: 'https', host: 'bank.example', port: 443 });
  assert.equal(status, 200, text);
  assert.equal(here.outside.takeRequests().length, 1);
});

claim('a call to a host outside keeps its timeout', async lab => {
  const { world, outside } = await stage(lab);
  const reply = await world.sendOnce(caller, news, { address: outside.address, path: '/never' });
  assert.equal(reply.status, 504);
  assertCameAfter(reply, 700, 5000);
});

claim('an undeclared host outside is blocked, though its address and port are those of a declared one', async lab => {
  const here = await stage(lab);
  for (const port of [80, 8080]) {
    assert.equal(
      (await fetch(`http://${here.outside.address}:${port}/`)).status,
      200,
      `whoever is not in the mesh reaches port ${port}`,
    );
  }
  for (const [what, who, spec] of [
    ['another HTTP host', caller, { protocol: 'http', host: 'gossip.example', port: 80 }],
    ['another TLS host', caller, { protocol: 'https', host: 'casino.example', port: 443 }],
    ['another port', caller, { protocol: 'http', host: 'news.example', port: 8080 }],
    ['plain bytes', caller, { protocol: 'tcp', host: '', port: 8080 }],
    ['HTTP of a service that declared no call', homebody, { protocol: 'http', host: 'news.example', port: 80 }],
    ['TLS of a service that declared no call', homebody, { protocol: 'https', host: 'bank.example', port: 443 }],
  ] as const) {
    const { status, text } = await dial(here, who, spec);
    assert.ok([0, 502].includes(status), `${what}: ${status} ${text}`);
    assert.deepEqual(here.outside.takeRequests(), [], `${what} does not get out`);
  }
});
