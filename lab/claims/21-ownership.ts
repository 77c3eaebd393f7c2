import assert from 'node:assert/strict';
import { Duration } from 'cdk8s';
import { Port, Topology } from '../../lib';
import type { Reply } from '../app-protocol';
import { claim } from '../claims';
import type { Lab } from '../lab';
import type { Pod } from '../pod';
import { podsAreReady } from '../readiness';

const THEIRS = 'theirs';
const port = Port.http(80, { target: 8080 });

/** A topology with a service in the namespace of another team, which calls that team's pay. */
const topology = new Topology('guest');
const front = topology.addService('front', { image: 'front' });
const stranger = topology.addService('stranger', { image: 'stranger' });
const web = topology.addService('web', { namespace: THEIRS, image: 'web', port });
const pay = topology.addService('pay', {
  namespace: THEIRS,
  port,
  existingWorkload: { labels: { app: 'pay' }, serviceAccount: 'pay' },
});
front.calls(web);
front.calls(pay, { timeout: Duration.seconds(2) });

/** The other team's workloads: a cli, a pay, and pods with the same `app` label as ours. */
const others = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: THEIRS, labels: { 'istio-injection': 'enabled' } } },
  ...[
    ['cli', 'cli'],
    ['pay', 'pay'],
    ['canary', 'web'],
  ].flatMap(([name, app]) => [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: THEIRS } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: THEIRS },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app, role: name } },
        template: {
          metadata: { labels: { app, role: name } },
          spec: {
            serviceAccountName: name,
            containers: [{ name, image: 'echo', ports: [{ name: 'http', containerPort: 8080 }] }],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: THEIRS },
      spec: { selector: { role: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    },
  ]),
];

const allowAll = {
  apiVersion: 'security.istio.io/v1',
  kind: 'AuthorizationPolicy',
  metadata: { name: 'allow-all', namespace: THEIRS },
  spec: { rules: [{}] },
};

claim(
  'a service in the namespace of another team leaves its traffic as it was, and is denied to undeclared callers',
  async lab => {
    lab.applyObjects('others', others);
    await podsAreReady(lab, THEIRS, []);
    await lab.configSynced([THEIRS]);
    const before = await trafficOfOthers(lab);
    assert.deepEqual(before, [
      'cli → pay 200',
      'cli → canary 200',
      'canary → pay 200',
      'plain text → pay 200',
      'plain text → canary 200',
    ]);

    const world = await lab.deploy(topology);
    assert.deepEqual(await trafficOfOthers(lab), before);
    assert.deepEqual(
      [(await world.sendOnce(front, web)).from?.service, (await world.sendOnce(front, pay)).from?.service],
      ['web', 'pay'],
    );

    const denied = async () => {
      const fromOthers = await Promise.all(['cli', 'canary', 'pay'].map(role => ask(lab, podOf(lab, role), 'web')));
      assert.deepEqual(
        fromOthers.map(each => each.status),
        [403, 403, 403],
      );
      assert.notEqual((await world.sendOnce(stranger, web)).status, 200);
      await assert.rejects(fetch(`http://${world.pod(web).network.ip}:8080/`), /fetch failed/);
    };
    await denied();
    // The owner of the namespace may allow more for all its pods; our policies deny undeclared callers.
    lab.applyObjects('allow-all', [allowAll]);
    await world.configSynced();
    await denied();
    assert.deepEqual(await trafficOfOthers(lab), before);
    await lab.remove(world);
  },
);

async function trafficOfOthers(lab: Lab): Promise<string[]> {
  const pairs = [
    ['cli', 'pay'],
    ['cli', 'canary'],
    ['canary', 'pay'],
  ] as const;
  const inMesh = await Promise.all(
    pairs.map(async ([from, to]) => `${from} → ${to} ${(await ask(lab, podOf(lab, from), to)).status}`),
  );
  const plain = await Promise.all(
    ['pay', 'canary'].map(
      async to => `plain text → ${to} ${(await fetch(`http://${podOf(lab, to).network.ip}:8080/`)).status}`,
    ),
  );
  return [...inMesh, ...plain];
}

function podOf(lab: Lab, role: string): Pod {
  const [pod] = lab.kubelet.pods(THEIRS, { role });
  if (!pod) {
    throw new Error(`no pod of ${role} runs`);
  }
  return pod;
}

async function ask(lab: Lab, from: Pod, service: string): Promise<Reply> {
  const address = lab.kubelet.clusterIp(THEIRS, service);
  const [reply] = await from.send({
    protocol: 'http',
    address,
    port: 80,
    host: `${service}:80`,
    method: 'GET',
    path: '/',
    headers: {},
    grpc: false,
  });
  if (!reply) {
    throw new Error('the app returned no response');
  }
  return reply;
}
