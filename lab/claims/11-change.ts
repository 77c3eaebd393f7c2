import assert from 'node:assert/strict';
import { Operation, Port, RetryOn, type Service, Topology } from '../../lib';
import type { Reply } from '../app-protocol';
import { claim } from '../claims';
import type { Lab } from '../lab';
import type { Pod } from '../pod';
import { until } from '../wait';
import type { World } from '../world';

/** The same services at two points of their life cycle. */
class Moment {
  readonly topology = new Topology('change');
  readonly client = this.service('client');
  readonly retrier = this.service('retrier');
  readonly guest = this.service('guest', { replicas: 2 });
  readonly shop = this.service('shop', { port: Port.http(80, { target: 8080 }), versions: { v1: {}, v2: {} } });
  readonly pair = this.service('pair', { port: Port.http(80, { target: 8080 }), replicas: 2 });

  constructor(split: { readonly [version: string]: number }, guestMay: string) {
    this.shop.split(split);
    this.client.calls(this.shop);
    this.client.calls(this.pair);
    this.retrier.calls(this.pair, {
      retries: { attempts: 2, on: [RetryOn.CONNECT_FAILURE, RetryOn.REFUSED_STREAM, RetryOn.RESET] },
    });
    this.guest.calls(this.shop, { allowedOperations: [Operation.http(guestMay)] });
  }

  private service(name: string, props: object = {}): Service {
    return this.topology.addService(name, { image: name, replicas: 1, ...props });
  }
}

let current: Promise<{ readonly moment: Moment; readonly world: World }> | undefined;

/** Deploys another stage; the first is the one before any change. */
function goTo(lab: Lab, moment: Moment): Promise<{ readonly moment: Moment; readonly world: World }> {
  current = lab.deploy(moment.topology, { replicas: true }).then(world => ({ moment, world }));
  return current;
}

const now = (lab: Lab) => current ?? goTo(lab, new Moment({ v1: 90, v2: 10 }, 'GET /before'));

function lost(replies: readonly Reply[]): readonly Reply[] {
  return replies.filter(({ status }) => status !== 200);
}

function assertNothingLost(replies: readonly Reply[]): void {
  assert.deepEqual(
    lost(replies).map(({ status, text }) => `${status} ${text}`),
    [],
    `lost of ${replies.length}`,
  );
  assert.ok(replies.length >= 20, `${replies.length} requests are too few to tell`);
}

claim('shifting a split from 90/10 to 0/100 loses no request, and then all go to the new version', async lab => {
  const { world, moment } = await now(lab);
  const replies = await world.sendWhile(moment.client, moment.shop, async () => {
    await goTo(lab, new Moment({ v1: 0, v2: 100 }, 'GET /before'));
  });
  assertNothingLost(replies);
  assert.ok(
    replies.some(({ from }) => from?.version === 'v1'),
    'requests were under way before the shift',
  );
  const after = await world.send(moment.client, moment.shop, { count: 200, concurrency: 4 });
  assert.deepEqual(new Set(after.map(({ from }) => from?.version)), new Set(['v2']));
});

claim('rotating a policy loses no request that it keeps allowing, and denies the others', async lab => {
  const { world, moment } = await now(lab);
  const [first, second] = world.pods(moment.guest);
  assert.ok(first && second);
  const statuses = async (pod: typeof first) =>
    Promise.all(['/before', '/after'].map(async path => (await world.sendFrom(pod, moment.shop, { path })).status));
  assert.deepEqual(await statuses(first), [200, 403]);
  const replies = await world.sendWhile(moment.client, moment.shop, async () => {
    await goTo(lab, new Moment({ v1: 0, v2: 100 }, 'GET /after'));
  });
  assertNothingLost(replies);
  // The first connection keeps the policy under which it was opened until it is drained.
  assert.deepEqual(await statuses(second), [403, 200]);
});

claim('istiod may be away and come back: no request is lost, and changes take effect again', async lab => {
  const { world, moment } = await now(lab);
  const replies = await world.sendWhile(moment.client, moment.shop, async () => {
    lab.istiod.stop();
    await until('istiod is gone', async () =>
      fetch(`http://${lab.istiod.props.address}:8080/ready`).then(
        () => false,
        () => true,
      ),
    );
    assertNothingLost(await world.send(moment.client, moment.pair, { count: 100 }));
    await lab.istiod.start();
    await goTo(lab, new Moment({ v1: 100, v2: 0 }, 'GET /after'));
  });
  assertNothingLost(replies);
  const after = await world.send(moment.client, moment.shop, { count: 200, concurrency: 4 });
  assert.deepEqual(new Set(after.map(({ from }) => from?.version)), new Set(['v1']));
});

/** The failed requests of an endpoint, as counted by the caller's proxy. */
function errorsAt(caller: Pod, callee: Service, endpoint: Pod): number {
  const [, errors] =
    new RegExp(`^outbound\\|80\\|\\|${callee.host}::${endpoint.network.ip}:\\d+::rq_error::(\\d+)$`, 'm').exec(
      caller.admin('clusters'),
    ) ?? [];
  assert.ok(errors, `${caller.name} knows the endpoint ${endpoint.name}`);
  return Number(errors);
}

claim('a proxy that is killed costs its own requests alone: none of its twin, none of other callees', async lab => {
  const { world, moment } = await now(lab);
  const [victim, twin] = world.pods(moment.pair);
  assert.ok(victim && twin);
  const before = victim.restarts;
  let others: Reply[] = [];
  let retried: Reply[] = [];
  const hit = await world.sendWhile(moment.client, moment.pair, async () => {
    retried = await world.sendWhile(moment.retrier, moment.pair, async () => {
      others = await world.sendWhile(
        moment.guest,
        moment.shop,
        async () => {
          victim.killProxy();
          await until('the proxy is started anew', () => victim.restarts > before);
          await victim.isReady();
          await world.configSynced();
        },
        { path: '/after' },
      );
    });
  });
  assertNothingLost(others);
  assert.ok(
    [...lost(hit), ...lost(retried)].every(({ status }) => status === 503),
    JSON.stringify(lost(hit).slice(0, 3)),
  );
  assert.deepEqual(
    [moment.client, moment.retrier].map(caller => errorsAt(world.pod(caller), moment.pair, twin)),
    [0, 0],
  );
  console.log(
    `      ${lost(hit).length} of ${hit.length} requests were lost without retries, `
      + `${lost(retried).length} of ${retried.length} with them`,
  );
  const after = await world.send(moment.client, moment.pair, { count: 100 });
  assertNothingLost(after);
  assert.ok(
    after.some(({ from }) => from?.pod === victim.name),
    'it takes requests again',
  );
});
