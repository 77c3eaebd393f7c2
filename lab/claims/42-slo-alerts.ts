import assert from 'node:assert/strict';
import { ApiObject } from 'cdk8s';
import { ClusterApp, Mesh, Port, Topology, TopologyChart } from '../../lib';
import { claim, NIGHTLY } from '../claims';
import { Prometheus, REPORT_CLUSTERS } from '../prometheus';
import { until } from '../wait';

/** A service with an objective, which another calls. */
function buoy(): Topology {
  const topology = new Topology('buoy');
  const payment = topology.addService('payment', {
    image: 'payment:1',
    port: Port.http(80, { target: 8080 }),
    slo: { availability: 99 },
  });
  const checkout = topology.addService('checkout', {
    image: 'checkout:1',
    podMetadata: { annotations: REPORT_CLUSTERS },
  });
  checkout.calls(payment);
  return topology;
}

/** The groups of its PrometheusRules. */
function rules(): object[] {
  const chart = new TopologyChart(new ClusterApp(), 'buoy', { topology: buoy(), mesh: Mesh.istio() });
  return chart.node
    .findAll()
    .filter(each => ApiObject.isApiObject(each))
    .filter(({ kind }) => kind === 'PrometheusRule')
    .flatMap(each => (each.toJson() as { spec: { groups: object[] } }).spec.groups);
}

// An alert fires after two minutes.
if (NIGHTLY) {
  claim('an alert fires for requests that fail, on the metrics of the proxy of their caller', async lab => {
    lab.installPrometheusOperator();
    const world = await lab.deploy(buoy());
    const [payment, checkout] = world.topology.services;
    assert.ok(payment && checkout);
    const prometheus = await Prometheus.start(lab, [world.pod(checkout)], rules());
    const alerts = (state: string) =>
      prometheus.query(`ALERTS{alertname="ErrorBudgetBurn",service="payment",window="1h",alertstate="${state}"}`);
    const counted = async () => (await prometheus.query('sum(istio_requests_total{response_code="200"})'))[0];
    // A rate is without the first value of a counter, so that one request precedes those that it has.
    for (const [count, all] of [
      [1, 1],
      [100, 101],
    ] as const) {
      const sent = await world.send(checkout, payment, { count });
      assert.deepEqual(new Set(sent.map(({ status }) => status)), new Set([200]));
      await until('Prometheus has counted the requests', async () => (await counted()) === all);
    }
    await world.pod(payment).configureResponse({ status: 503 });
    await world.sendWhile(checkout, payment, async () => {
      await until('the alert waits', async () => (await alerts('pending')).length === 1);
      await until('the alert fires', async () => (await alerts('firing')).length === 1, 240);
    });
    const [share = 0] = await prometheus.query('slo:request_misses:ratio_rate5m');
    // 100 of the requests were answered.
    assert.ok(share > 0.9 && share < 1, String(share));
    await prometheus.stop();
    await lab.remove(world);
  });
}
