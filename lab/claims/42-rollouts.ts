import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Duration } from 'cdk8s';
import { ClusterApp, GatewayService, Mesh, Port, type Service, Topology, TopologyChart } from '../../lib';
import type { Reply } from '../app-protocol';
import { ArgoRollouts } from '../argo-rollouts';
import { claim, NIGHTLY } from '../claims';
import type { Lab } from '../lab';
import { Prometheus, REPORT_CLUSTERS } from '../prometheus';
import { until } from '../wait';
import { World } from '../world';

const NAME = 'ferry';

/** checkout calls payment, whose changes get half of the requests first. */
function ferry(tag: string): Topology {
  const topology = new Topology(NAME);
  const payment = topology.addService('payment', {
    port: Port.http(80, { target: 8080 }),
    image: `payment:${tag}`,
    replicas: 1,
    slo: { availability: 95, latency: { percent: 94, within: Duration.seconds(10) } },
  });
  payment.rollout({ prometheus: Prometheus.address, steps: [50], interval: Duration.seconds(30), measurements: 1 });
  const checkout = topology.addService('checkout', {
    image: 'checkout:1',
    replicas: 1,
    podMetadata: { annotations: REPORT_CLUSTERS },
  });
  checkout.calls(payment);
  return topology;
}

class Ferry {
  static async start(lab: Lab): Promise<Ferry> {
    lab.installPrometheusOperator();
    const controller = await ArgoRollouts.start(lab);
    const first = Ferry.synthesize(lab, '1');
    lab.plane.apply('-f', first.outdir);
    await controller.isIn('Healthy', NAME, 'payment-v1');
    const caller = await until('the caller runs', () => lab.kubelet.pods(NAME, { app: 'checkout' })[0], 240);
    await caller.isReady();
    await first.configSynced();
    const prometheus = await Prometheus.start(lab, [caller]);
    return new Ferry(lab, controller, prometheus, first);
  }

  static synthesize(lab: Lab, tag: string): World {
    const topology = ferry(tag);
    const app = new ClusterApp({ outdir: join(lab.folder, 'apps', `${NAME}-${tag}`) });
    const mesh = Mesh.istio({ gatewayService: GatewayService.CLUSTER_IP });
    new TopologyChart(app, NAME, { topology, mesh });
    app.synth();
    return new World(lab, topology, app.outdir);
  }

  private constructor(
    readonly lab: Lab,
    readonly controller: ArgoRollouts,
    readonly prometheus: Prometheus,
    readonly world: World,
  ) {}

  get payment(): Service {
    return this.world.topology.services[0] ?? assert.fail();
  }

  get checkout(): Service {
    return this.world.topology.services[1] ?? assert.fail();
  }

  /** The pods that serve it, old and new, by name. */
  get pods() {
    return this.world.pods(this.payment);
  }

  apply(tag: string): void {
    this.lab.plane.apply('-f', Ferry.synthesize(this.lab, tag).outdir);
  }

  /** Sends requests while a change is rolled out. */
  rollOut(tag: string, during: () => Promise<void>): Promise<Reply[]> {
    return this.world.sendWhile(this.checkout, this.payment, async () => {
      this.apply(tag);
      await during();
    });
  }

  /** Waits for the pod that is none of these. */
  newPod(old: readonly string[]) {
    return until('a new pod runs', () => this.pods.find(({ name }) => !old.includes(name)), 120);
  }
}

let started: Promise<Ferry> | undefined;
const ferryOf = (lab: Lab) => (started ??= Ferry.start(lab));

const failed = (replies: readonly Reply[]) => replies.filter(({ status }) => status !== 200);

claim('the API server accepts a Rollout and its analysis, without unknown fields', async lab => {
  lab.installPrometheusOperator();
  await ArgoRollouts.install(lab);
  const { outdir } = Ferry.synthesize(lab, 'accepted');
  lab.plane.apply('-f', join(outdir, '1-namespaces.yaml'));
  const applied = lab.plane.apply('--dry-run=server', '-f', outdir);
  assert.match(applied, /rollout\.argoproj\.io\/payment-v1/);
  assert.match(applied, /analysistemplate\.argoproj\.io\/payment/);
  await lab.removeNamespaces([NAME]);
});

// The controller takes minutes to build.
if (NIGHTLY) {
  claim('new pods that fail requests get no more of them, and no other request is lost', async lab => {
    const ferry = await ferryOf(lab);
    const old = ferry.pods.map(({ name }) => name);
    let canary = '';
    const replies = await ferry.rollOut('2', async () => {
      const pod = await ferry.newPod(old);
      canary = pod.name;
      await pod.isReady();
      await pod.configureResponse({ status: 500 });
      await ferry.controller.hasWeights(NAME, 'payment', [50, 50]);
      await ferry.controller.isIn('Degraded', NAME, 'payment-v1');
      await ferry.controller.hasWeights(NAME, 'payment', [100, 0]);
      await ferry.world.configSynced();
    });
    const lost = failed(replies);
    assert.ok(lost.length > 0, 'the new pod had requests');
    // A response of a proxy names no pod.
    const answered = lost.map(({ status, text }) => `${status} ${/"pod":"([^"]+)"/.exec(text)?.[1] ?? text}`);
    assert.deepEqual(new Set(answered), new Set([`500 ${canary}`]));
    const after = await ferry.world.send(ferry.checkout, ferry.payment, { count: 200, concurrency: 4 });
    assert.deepEqual(failed(after), []);
    assert.ok(after.every(({ from }) => old.includes(from?.pod ?? '')));
    assert.ok((await ferry.controller.analyses(NAME)).includes('Failed'));
    console.log(`      ${lost.length} of ${replies.length} requests failed, all at the new pod`);
  });

  claim(
    'new pods that meet the objectives get all requests, an apply meanwhile costs nothing, and none is lost',
    async lab => {
      const ferry = await ferryOf(lab);
      const old = ferry.pods.map(({ name }) => name);
      let canary = '';
      const replies = await ferry.rollOut('3', async () => {
        canary = (await ferry.newPod(old)).name;
        await ferry.controller.hasWeights(NAME, 'payment', [50, 50]);
        ferry.apply('3');
        await ferry.controller.hasWeights(NAME, 'payment', [50, 50]);
        await ferry.controller.isIn('Healthy', NAME, 'payment-v1');
        await ferry.controller.hasWeights(NAME, 'payment', [100, 0]);
        await ferry.world.configSynced();
      });
      assert.deepEqual(failed(replies), []);
      const after = await ferry.world.send(ferry.checkout, ferry.payment, { count: 200, concurrency: 4 });
      assert.deepEqual(new Set(after.map(({ from }) => from?.pod)), new Set([canary]));
      assert.equal((await ferry.controller.analyses(NAME)).at(-1), 'Successful');
      await ferry.prometheus.stop();
      await lab.removeNamespaces([NAME]);
    },
  );
}
