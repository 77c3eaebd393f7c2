import assert from 'node:assert/strict';
import { Duration } from 'cdk8s';
import { HeaderMatch, Port, type Service, Topology } from '../../lib';
import type { Reply } from '../app-protocol';
import { binomialInterval } from '../chance';
import { claim } from '../claims';
import type { Lab } from '../lab';
import { assertCameAfter } from '../timing';
import { until } from '../wait';
import type { World } from '../world';

const topology = new Topology('traffic');
const versions = { v1: {}, v2: {} };
const caller = topology.addService('caller', { image: 'caller' });
const called = (name: string, port: Port) => topology.addService(name, { image: name, port, versions });

const ninety = called('ninety', Port.http(80, { target: 8080 }));
ninety.split({ v1: 90, v2: 10 });
ninety.routeTo('v2', HeaderMatch.exact('x-cohort', 'beta'));

const fifty = called('fifty', Port.grpc(50051, { service: 'lab.Fifty', methods: ['Ask'] }));
fifty.split({ v1: 50, v2: 50 });

const whole = called('whole', Port.http(80, { target: 8080 }));
whole.split({ v1: 100, v2: 0 });
whole.mirrorTo('v2');

const bytes = called('bytes', Port.tcp(9000));
bytes.split({ v1: 80, v2: 20 });

[ninety, fifty, whole, bytes].forEach(callee => caller.calls(callee));

const trier = topology.addService('trier', { image: 'trier' });
const patient = topology.addService('patient', { image: 'patient', port: Port.http(80, { target: 8080 }) });
trier.calls(patient, { faults: { delay: { duration: Duration.millis(400) } } });
const unlucky = topology.addService('unlucky', { image: 'unlucky', port: Port.http(80, { target: 8080 }) });
trier.calls(unlucky, { faults: { abort: { status: 418, percent: 30 } } });
caller.calls(patient);

let deployed: Promise<World> | undefined;
const world = (lab: Lab): Promise<World> => (deployed ??= lab.deploy(topology));

/** The confidence level of each share, so that together they fail one correct run in a thousand. */
const CONFIDENCE = 1 - 0.001 / 6;

function assertShare(replies: readonly Reply[], what: string, count: number, percent: number): void {
  const { least, most } = binomialInterval(replies.length, percent / 100, CONFIDENCE);
  assert.ok(
    least <= count && count <= most,
    `${what}: ${count} of ${replies.length}, ${percent} % declared, ${least} to ${most} expected`,
  );
}

function answeredBy(replies: readonly Reply[], service: Service, version: string): number {
  const wrong = replies.find(({ from }) => from?.service !== service.name);
  assert.equal(wrong, undefined, `every request is answered by ${service.name}: ${JSON.stringify(wrong)}`);
  return replies.filter(({ from }) => from?.version === version).length;
}

claim('a split of 90 to 10 sends a tenth of the HTTP requests to the second version', async lab => {
  const replies = await (await world(lab)).send(caller, ninety, { count: 2000, concurrency: 4 });
  assertShare(replies, 'v2', answeredBy(replies, ninety, 'v2'), 10);
});

claim('a split of 50 to 50 halves the gRPC requests, though they share one connection', async lab => {
  const replies = await (await world(lab)).send(caller, fifty, { path: '/lab.Fifty/Ask', count: 2000, concurrency: 4 });
  assert.ok(
    replies.every(({ grpcStatus }) => grpcStatus === 0),
    JSON.stringify(replies.find(({ grpcStatus }) => grpcStatus !== 0)),
  );
  assertShare(replies, 'v2', answeredBy(replies, fifty, 'v2'), 50);
});

claim('a split of 80 to 20 holds for the connections of a TCP port', async lab => {
  const replies = await (await world(lab)).send(caller, bytes, { count: 500, concurrency: 4 });
  assertShare(replies, 'v2', answeredBy(replies, bytes, 'v2'), 20);
});

claim('a version with no share gets no request, but a copy of each if requests are mirrored to it', async lab => {
  const here = await world(lab);
  const shadow = here.pod(whole, 'v2');
  await shadow.takeSeen();
  const replies = await here.send(caller, whole, { count: 300, concurrency: 4 });
  assert.equal(answeredBy(replies, whole, 'v1'), 300);
  let copies = 0;
  await until('the copies have arrived', async () => (copies += (await shadow.takeSeen()).length) >= 300);
  assert.equal(copies, 300);
});

claim(
  'a request with the declared header goes to its version regardless of the split, one with another value does not',
  async lab => {
    const here = await world(lab);
    const beta = await here.send(caller, ninety, { headers: { 'x-cohort': 'beta' }, count: 200, concurrency: 4 });
    assert.equal(answeredBy(beta, ninety, 'v2'), 200);
    const others = await here.send(caller, ninety, { headers: { 'x-cohort': 'alpha' }, count: 1000, concurrency: 4 });
    assertShare(others, 'v2', answeredBy(others, ninety, 'v2'), 10);
  },
);

claim('an injected delay holds up the caller that declared it, and no other', async lab => {
  const here = await world(lab);
  const held = await here.send(trier, patient, { count: 10, concurrency: 10 });
  assert.equal(answeredBy(held, patient, 'v1'), 10);
  for (const each of held) {
    assertCameAfter(each, 400, Infinity);
  }
  const free = await here.send(caller, patient, { count: 10 });
  assert.equal(answeredBy(free, patient, 'v1'), 10);
  assert.ok(
    free.some(({ ms }) => ms < 300),
    `some took less: ${free.map(({ ms }) => ms).join(', ')}`,
  );
});

claim('an injected abort applies to its share of the requests, which never reach the callee', async lab => {
  const here = await world(lab);
  const callee = here.pod(unlucky);
  await callee.takeSeen();
  const replies = await here.send(trier, unlucky, { count: 1000, concurrency: 4 });
  const aborted = replies.filter(({ status }) => status === 418).length;
  assertShare(replies, 'aborted', aborted, 30);
  assert.equal(replies.filter(({ status }) => status === 200).length, 1000 - aborted);
  assert.equal((await callee.takeSeen()).length, 1000 - aborted);
});
