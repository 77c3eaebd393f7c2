import assert from 'node:assert/strict';
import { Duration } from 'cdk8s';
import { PodManagementPolicy, Port, Topology, WorkloadKind } from '../../lib';
import type { Reply } from '../app-protocol';
import { claim } from '../claims';
import type { Lab } from '../lab';
import type { Pod } from '../pod';
import { until } from '../wait';
import type { World } from '../world';

const BROKERS = 3;
const topology = new Topology('brokers');
const kafka = topology.addService('kafka', {
  image: 'kafka',
  replicas: BROKERS,
  port: Port.http(80, { target: 8080 }),
  ports: [Port.tcp(9092)],
  workload: WorkloadKind.statefulSet({
    podManagementPolicy: PodManagementPolicy.PARALLEL,
    volumeClaimTemplates: [{ name: 'data', mountPath: '/var/lib/kafka', storage: '1Gi' }],
  }),
});
const web = topology.addService('web', { image: 'web' });
const foreign = topology.addService('foreign', { image: 'foreign' });
const agent = topology.addService('agent', { image: 'agent', port: Port.http(80), workload: WorkloadKind.daemonSet() });
const migrate = topology.addService('migrate', { image: 'migrate', workload: WorkloadKind.job({ backoffLimit: 0 }) });
topology.addService('report', {
  image: 'report',
  workload: WorkloadKind.cronJob({
    schedule: '0 3 1 1 *',
    timeZone: 'Europe/Berlin',
    startingDeadline: Duration.minutes(1),
    activeDeadline: Duration.minutes(10),
  }),
});
kafka.calls(kafka);
kafka.calls(kafka, { port: 9092 });
for (const caller of [web, migrate]) {
  caller.calls(kafka);
  caller.calls(kafka, { port: 9092 });
}
web.calls(agent);

let deployed: Promise<World> | undefined;
const world = (lab: Lab): Promise<World> => (deployed ??= lab.deploy(topology));
const ORDINALS = Array.from({ length: BROKERS }, (_, ordinal) => ordinal);

claim('the pods of a StatefulSet reach each other by name, with mutual TLS, over HTTP and TCP', async lab => {
  const pods = (await world(lab)).pods(kafka);
  assert.deepEqual(pods.map(each => each.name).sort(), ['kafka-0', 'kafka-1', 'kafka-2']);
  for (const from of pods) {
    for (const ordinal of ORDINALS.filter(each => `kafka-${each}` !== from.name)) {
      const [http, tcp] = [await askPod(from, ordinal, 8080), await askPod(from, ordinal, 9092)];
      assert.deepEqual([http.status, http.from?.pod], [200, `kafka-${ordinal}`], http.text);
      assert.match(
        String(http.from?.headers['x-forwarded-client-cert']),
        /URI=spiffe:\/\/cluster\.local\/ns\/brokers\/sa\/kafka/,
      );
      assert.deepEqual([tcp.status, tcp.from?.pod], [200, `kafka-${ordinal}`], tcp.text);
    }
  }
});

claim('a declared caller of a StatefulSet reaches its Service and each pod by name', async lab => {
  const here = await world(lab);
  assert.equal((await here.sendOnce(web, kafka)).status, 200);
  for (const ordinal of ORDINALS) {
    for (const port of [8080, 9092]) {
      const reply = await askPod(here.pod(web), ordinal, port);
      assert.deepEqual([reply.status, reply.from?.pod], [200, `kafka-${ordinal}`], reply.text);
    }
  }
});

claim('pods of a StatefulSet reach their own Service through the proxy', async lab => {
  const here = await world(lab);
  for (const pod of here.pods(kafka)) {
    assert.equal((await here.sendFrom(pod, kafka)).status, 200);
  }
});

claim('an undeclared caller, and one outside the mesh, reach neither a StatefulSet nor its pods', async lab => {
  const here = await world(lab);
  const [pod] = here.pods(kafka);
  for (const ordinal of ORDINALS) {
    for (const port of [8080, 9092]) {
      assert.notEqual((await askPod(here.pod(foreign), ordinal, port)).status, 200);
    }
  }
  assert.notEqual((await here.sendOnce(foreign, kafka)).status, 200);
  await assert.rejects(fetch(`http://${pod?.network.ip}:8080/`), /fetch failed/);
  // Without a Sidecar of its own, the proxy of the caller forwards the request, and that of the pod denies it.
  lab.plane.kubectl('delete', 'sidecars.networking.istio.io', 'foreign', '--namespace', 'brokers');
  await here.configSynced();
  assert.equal((await askPod(here.pod(foreign), 0, 8080)).status, 403);
  assert.notEqual((await askPod(here.pod(foreign), 0, 9092)).status, 200);
});

claim('a DaemonSet has a pod on each node, which its callers reach', async lab => {
  const here = await world(lab);
  assert.equal(here.pods(agent).length, 1);
  assert.equal((await here.sendOnce(web, agent)).from?.service, 'agent');
});

claim('a Job reaches what it calls through its proxy, and completes when its container has ended', async lab => {
  const here = await world(lab);
  const pod = here.pod(migrate);
  assert.ok(pod.injected);
  assert.equal((await here.sendOnce(migrate, kafka)).status, 200);
  assert.equal((await askPod(pod, 1, 9092)).status, 200);
  await pod.end();
  await until('the Job is complete', async () => {
    const { status } = await lab.plane.api.get<{ status: { succeeded?: number; completionTime?: string } }>(
      '/apis/batch/v1/namespaces/brokers/jobs/migrate',
    );
    return status.succeeded === 1 && status.completionTime !== undefined;
  });
  await lab.remove(here);
});

/** A request to one pod by its name. */
async function askPod(from: Pod, ordinal: number, port: number): Promise<Reply> {
  const host = kafka.podHostNameIn(from.namespace, ordinal);
  const [reply] = await from.send({
    protocol: port === 9092 ? 'tcp' : 'http',
    address: host,
    port,
    host: `${host}:${port}`,
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
