import assert from 'node:assert/strict';
import { Duration } from 'cdk8s';
import { Operation, Port, RateLimit, RetryOn, Topology } from '../../lib';
import { claim } from '../claims';
import type { Lab } from '../lab';
import type { Pod } from '../pod';
import { assertCameAfter } from '../timing';
import { until } from '../wait';
import type { World } from '../world';

const topology = new Topology('resilience');
const http = () => Port.http(80, { target: 8080 });
const caller = topology.addService('caller', { image: 'caller', replicas: 1 });
const hasty = topology.addService('hasty', { image: 'hasty', replicas: 1 });

const slow = topology.addService('slow', { image: 'slow', port: http(), replicas: 1 });
caller.calls(slow, { timeout: Duration.millis(500) });
hasty.calls(slow, {
  timeout: Duration.seconds(2),
  retries: { attempts: 2, perTryTimeout: Duration.millis(300), on: [RetryOn.GATEWAY_ERROR] },
});

const failing = topology.addService('failing', { image: 'failing', port: http(), replicas: 1 });
caller.calls(failing, { retries: { attempts: 2, on: [RetryOn.SERVER_ERROR] } });
hasty.calls(failing, { retries: { attempts: 0 } });

const unavailable = topology.addService('unavailable', { image: 'unavailable', port: Port.grpc(50051), replicas: 1 });
caller.calls(unavailable, { retries: { attempts: 3 } });
hasty.calls(unavailable);

const pair = topology.addService('pair', { image: 'pair', port: http(), replicas: 2 });
pair.addCircuitBreaker({
  consecutive5xxErrors: 3,
  interval: Duration.seconds(1),
  baseEjectionTime: Duration.seconds(6),
});
caller.calls(pair);

const narrow = topology.addService('narrow', { image: 'narrow', port: http(), replicas: 1 });
narrow.addCircuitBreaker({ maxConnections: 1, maxPendingRequests: 1 });
caller.calls(narrow);

const busy = topology.addService('busy', { image: 'busy', port: Port.grpc(50051), replicas: 1 });
busy.addCircuitBreaker({ maxRequests: 3 });
caller.calls(busy);

const limited = topology.addService('limited', { image: 'limited', port: http(), replicas: 1 });
limited.addRateLimit(RateLimit.perSecond(1, 3), { operation: Operation.http('GET /rare/{id}') });
caller.calls(limited);

let deployed: Promise<World> | undefined;
const world = (lab: Lab): Promise<World> => (deployed ??= lab.deploy(topology, { replicas: true }));

/** Configures the responses of the pod while `prove` runs. */
async function behaving(
  pod: Pod,
  behaviour: Parameters<Pod['configureResponse']>[0],
  prove: () => Promise<void>,
): Promise<void> {
  await pod.configureResponse(behaviour);
  try {
    await prove();
  } finally {
    await pod.configureResponse({});
  }
}

claim('a call that takes longer than its timeout is ended with 504 at that time', async lab => {
  const here = await world(lab);
  const quick = await here.sendOnce(caller, slow);
  assert.equal(quick.status, 200, quick.text);
  await behaving(here.pod(slow), { delayMs: 5000 }, async () => {
    const reply = await here.sendOnce(caller, slow);
    assert.equal(reply.status, 504, reply.text);
    assertCameAfter(reply, 500, 5000);
  });
});

claim('each attempt of a call has a per-try timeout, and all attempts together have the timeout', async lab => {
  const here = await world(lab);
  const callee = here.pod(slow);
  await behaving(callee, { delayMs: 5000 }, async () => {
    await callee.takeSeen();
    const reply = await here.sendOnce(hasty, slow);
    assert.equal(reply.status, 504, reply.text);
    assertCameAfter(reply, 3 * 300, 2000);
    assert.equal((await callee.takeSeen()).length, 3);
  });
});

claim(
  'a failed request is retried as often as its caller declared: two retries make three requests, none make one',
  async lab => {
    const here = await world(lab);
    const callee = here.pod(failing);
    await behaving(callee, { status: 503 }, async () => {
      for (const [who, tries] of [
        [caller, 3],
        [hasty, 1],
      ] as const) {
        await callee.takeSeen();
        const { status, text } = await here.sendOnce(who, failing);
        assert.equal(status, 503, text);
        assert.equal((await callee.takeSeen()).length, tries, `tries for ${who.name}`);
      }
    });
  },
);

claim('a gRPC call that fails as unavailable is retried if declared, and sent once if not', async lab => {
  const here = await world(lab);
  const callee = here.pod(unavailable);
  await behaving(callee, { status: 503 }, async () => {
    for (const [who, tries] of [
      [caller, 4],
      [hasty, 1],
    ] as const) {
      await callee.takeSeen();
      const { grpcStatus, text } = await here.sendOnce(who, unavailable, { path: '/lab.Any/Ask' });
      assert.equal(grpcStatus, 14, text);
      assert.equal((await callee.takeSeen()).length, tries, `tries for ${who.name}`);
    }
  });
});

claim('a replica that keeps failing is ejected, and taken back when its time is over', async lab => {
  const here = await world(lab);
  const [good, bad] = here.pods(pair);
  assert.ok(good && bad, 'two replicas run');
  const ejected = () =>
    here
      .pod(caller)
      .admin('clusters')
      .split('\n')
      .some(
        line =>
          line.includes('pair.resilience.svc')
          && line.includes(`${bad.network.ip}:`)
          && line.includes('failed_outlier_check'),
      );
  await behaving(bad, { status: 500 }, async () => {
    let errors = 0;
    await until("the caller's proxy has ejected it", async () => {
      errors += (await here.sendOnce(caller, pair)).status === 500 ? 1 : 0;
      return ejected();
    });
    assert.ok(errors >= 3, `ejected after ${errors} errors`);
    const replies = await here.send(caller, pair, { count: 40 });
    assert.deepEqual(
      new Set(replies.map(({ status, from }) => `${status} ${from?.pod}`)),
      new Set([`200 ${good.name}`]),
    );
  });
  await until('the replica is taken back', () => !ejected());
  const replies = await here.send(caller, pair, { count: 40 });
  assert.deepEqual(new Set(replies.map(({ from }) => from?.pod)), new Set([good.name, bad.name]));
});

claim('what comes on top of the connections and the waiting line of a callee is answered with 503', async lab => {
  const here = await world(lab);
  const callee = here.pod(narrow);
  // While the connection is established, its first request is pending as well.
  assert.equal((await here.sendOnce(caller, narrow)).status, 200);
  await behaving(callee, { delayMs: 1000 }, async () => {
    await callee.takeSeen();
    const replies = await here.send(caller, narrow, { count: 10, concurrency: 10 });
    const refused = replies.filter(({ status, headers }) => status === 503 && headers['x-envoy-overloaded'] === 'true');
    assert.equal(replies.filter(({ status }) => status === 200).length, 2, 'one has the connection, one waits for it');
    assert.equal(refused.length, 8);
    assert.equal((await callee.takeSeen()).length, 2);
  });
});

claim('a gRPC callee gets no more requests at a time than declared, and the others get UNAVAILABLE', async lab => {
  const here = await world(lab);
  const callee = here.pod(busy);
  await behaving(callee, { delayMs: 1000 }, async () => {
    const replies = await here.send(caller, busy, { path: '/lab.Any/Ask', count: 10, concurrency: 10 });
    assert.equal(
      replies.filter(({ grpcStatus }) => grpcStatus === 0).length,
      3,
      JSON.stringify(replies.map(({ grpcStatus }) => grpcStatus)),
    );
    assert.equal(replies.filter(({ grpcStatus }) => grpcStatus === 14).length, 7);
  });
});

claim('an operation of a service responds 429 beyond its burst, and other operations are unaffected', async lab => {
  const here = await world(lab);
  const started = Date.now();
  const statuses = await Promise.all(
    Array.from({ length: 20 }, async (_, at) => (await here.sendOnce(caller, limited, { path: `/rare/${at}` })).status),
  );
  const refilled = Math.ceil((Date.now() - started) / 1000);
  const passed = statuses.filter(status => status === 200).length;
  assert.ok(passed >= 3 && passed <= 3 + refilled, `${passed} passed, a burst of 3 and at most ${refilled} more`);
  assert.equal(statuses.filter(status => status === 429).length, 20 - passed);
  assert.equal((await here.sendOnce(caller, limited, { path: '/often' })).status, 200);
});
