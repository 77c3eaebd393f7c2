import assert from 'node:assert/strict';
import { Duration } from 'cdk8s';
import { Contract, Operation, Peer, Port, Topology } from '../../lib';
import { claim } from '../claims';
import type { Lab } from '../lab';
import { podsAreReady } from '../readiness';
import { assertCameAfter } from '../timing';
import type { World } from '../world';

const JOBS = 'several-jobs';

/** Declared anew for each rendering, since a topology is rendered once. */
function billing() {
  const topology = new Topology('several-billing');
  const pay = topology.addService('pay', {
    image: 'pay',
    port: Port.http(80, { target: 8080 }),
    ports: [
      Port.http(81, { name: 'metrics', target: 8081 }),
      Port.http(82, { name: 'near', target: 8082 }),
      Port.http(83, { name: 'far', target: 8083 }),
    ],
  });
  const ledger = topology.addService('ledger', { image: 'ledger' });
  ledger.calls(pay);
  pay.allowFrom(Peer.serviceAccount({ namespace: 'several-shop', name: 'web' }), {
    allowedOperations: [Operation.http('GET /a')],
  });
  pay.allowFrom(Peer.serviceAccount({ namespace: JOBS, name: 'runner' }), { port: 81 });
  pay.allowFrom(Peer.pods({ namespace: 'monitoring', labels: { app: 'prometheus' } }), { port: 81, plaintext: true });
  pay.allowFrom(Peer.cidrs('10.99.0.0/24'), { port: 82, plaintext: true });
  pay.allowFrom(Peer.cidrs('10.98.0.0/24'), { port: 83, plaintext: true });
  return { topology, pay, ledger };
}

function shop() {
  const topology = new Topology('several-shop');
  const web = topology.addService('web', { image: 'web' });
  const thief = topology.addService('thief', { image: 'thief' });
  const pay = topology.addContract(Contract.of(billing().topology)).service('pay');
  web.calls(pay, { allowedOperations: [Operation.http('GET /a')], timeout: Duration.millis(900) });
  return { topology, web, thief, pay };
}

/** Pods of a third team in the mesh, which no topology declares. */
const jobs = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: JOBS, labels: { 'istio-injection': 'enabled' } } },
  ...['runner', 'stranger'].flatMap(name => [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: JOBS } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: JOBS },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: { serviceAccountName: name, containers: [{ name, image: 'echo', ports: [{ containerPort: 8080 }] }] },
        },
      },
    },
  ]),
];

claim(
  'callers outside a topology are allowed by identity, in plaintext and by address, on their ports alone',
  async lab => {
    lab.applyObjects('several-jobs', jobs);
    await podsAreReady(lab, JOBS, []);
    const owner = billing();
    const world = await lab.deploy(owner.topology);
    await lab.configSynced([JOBS]);
    assert.deepEqual(await outcomesOfOthers(lab, world), EXPECTED);
  },
);

claim('of two topologies, one is removed and applied again without a change of the traffic of the other', async lab => {
  lab.applyObjects('several-jobs', jobs);
  await podsAreReady(lab, JOBS, []);
  const owner = billing();
  const callee = await lab.deploy(owner.topology);
  await lab.configSynced([JOBS]);
  const before = await outcomesOfOthers(lab, callee);
  assert.deepEqual(before, EXPECTED);

  const during = await callee.sendWhile(owner.ledger, owner.pay, async () => {
    const caller = shop();
    await callsByContract(await lab.deploy(caller.topology), caller);
    assert.deepEqual(await outcomesOfOthers(lab, callee), before);
    await lab.removeNamespaces(['several-shop']);
    await lab.configSynced(['several-billing', JOBS]);
    assert.deepEqual(await outcomesOfOthers(lab, callee), before);
  });
  assert.deepEqual(new Set(during.map(each => each.status)), new Set([200]));

  const again = shop();
  const world = await lab.deploy(again.topology);
  await lab.deploy(billing().topology);
  await world.configSynced();
  await callsByContract(world, again);
  assert.deepEqual(await outcomesOfOthers(lab, callee), before);
  await lab.removeNamespaces(['several-shop', 'several-billing', JOBS]);
});

const EXPECTED = [
  'ledger → 80 200',
  'runner → 81 200',
  'runner → 80 403',
  'stranger → 81 403',
  'plaintext → 8080 closed',
  'plaintext → 8081 200',
  'plaintext → 8082 200',
  'plaintext → 8083 403',
];

/** How requests to pay end of its caller in the topology, of a third team, and from outside the mesh. */
async function outcomesOfOthers(lab: Lab, world: World): Promise<string[]> {
  const { pay, ledger } = named(world);
  const fromJobs = await Promise.all(
    (
      [
        ['runner', 81],
        ['runner', 80],
        ['stranger', 81],
      ] as const
    ).map(async ([app, port]) => {
      const [pod] = lab.kubelet.pods(JOBS, { app });
      assert.ok(pod, `no pod of ${app} runs`);
      return `${app} → ${port} ${(await world.sendFrom(pod, pay, { port })).status}`;
    }),
  );
  const plain = await Promise.all(
    [8080, 8081, 8082, 8083].map(async port => {
      const end = await fetch(`http://${world.pod(pay).network.ip}:${port}/`).then(
        each => each.status,
        () => 'closed',
      );
      return `plaintext → ${port} ${end}`;
    }),
  );
  return [`ledger → 80 ${(await world.sendOnce(ledger, pay)).status}`, ...fromJobs, ...plain];
}

function named({ topology: { services } }: World) {
  const [pay, ledger] = ['pay', 'ledger'].map(name => services.find(each => each.name === name));
  assert.ok(pay && ledger);
  return { pay, ledger };
}

/** The caller elsewhere has its operation and its timeout, and nothing else. */
async function callsByContract(world: World, { web, thief, pay }: ReturnType<typeof shop>): Promise<void> {
  const status = async (from: typeof web, path: string) => (await world.sendOnce(from, pay, { path })).status;
  assert.deepEqual([await status(web, '/a'), await status(web, '/b')], [200, 403]);
  assert.notEqual(await status(thief, '/a'), 200);
  const [pod] = world.lab.kubelet.pods('several-billing', { app: 'pay' });
  assert.ok(pod);
  await pod.configureResponse({ delayMs: 3000 });
  const late = await world.sendOnce(web, pay, { path: '/a' });
  await pod.configureResponse({});
  assert.equal(late.status, 504);
  assertCameAfter(late, 900, 2900);
}
