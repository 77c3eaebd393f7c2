import assert from 'node:assert/strict';
import { Port, Topology } from '../../lib';
import type { Reply } from '../app-protocol';
import { claim } from '../claims';
import { until } from '../wait';

const topology = new Topology('drain');
const web = topology.addService('web', { image: 'web', port: Port.http(80, { target: 8080 }) });
const door = topology.addEdge('door', { host: 'drain.lab.example' });
door.route('GET /', web);

interface Sent {
  readonly at: number;
  readonly reply?: Reply;
}

claim(
  "a gateway's pod that is a target of a load balancer loses no request which still arrives after its SIGTERM",
  async lab => {
    const world = await lab.deploy(topology);
    const [gateway] = lab.kubelet.pods('drain', { 'gateway.networking.k8s.io/gateway-name': 'door' });
    assert.ok(gateway);
    const { terminationGracePeriodSeconds: grace, containers } = gateway.object.spec;
    assert.deepEqual(
      [grace, containers.find(({ name }) => name === 'istio-proxy')?.lifecycle?.preStop?.sleep?.seconds],
      [130, 90],
    );

    const address = gateway.network.ip;
    const request = (): Promise<Sent> => {
      const at = Date.now();
      return world.requestGateway(door, { path: '/', address, headers: { connection: 'keep-alive' } }).then(
        reply => ({ at, reply }),
        () => ({ at }),
      );
    };
    const { reply: before } = await request();
    assert.equal(before?.status, 200);
    assert.notEqual(before.headers.connection, 'close');

    // Where the load balancer is late, requests arrive on new connections until the process has ended.
    const restarts = gateway.restarts;
    const sent: Promise<Sent>[] = [];
    const terminated = Date.now();
    gateway.terminateProxy();
    await until('the proxy has ended', async () => {
      sent.push(request());
      await sent.at(-1);
      return gateway.restarts > restarts;
    });
    const ended = Date.now();

    const inTime = (await Promise.all(sent)).filter(({ at }) => at < ended - 1000);
    assert.ok(inTime.length >= 100, `${inTime.length} requests are too few to tell`);
    assert.deepEqual(new Set(inTime.map(({ reply }) => reply?.status)), new Set([200]));
    assert.ok(
      inTime.some(({ reply }) => reply?.headers.connection === 'close'),
      'connections are closed after their current request',
    );
    assert.ok(ended - terminated > 25_000, `the proxy ended ${ended - terminated} ms after SIGTERM`);
    console.log(`      ${inTime.length} requests in ${ended - terminated} ms after SIGTERM, none lost`);
    await lab.remove(world);
  },
);
