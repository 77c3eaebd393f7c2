import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { join } from 'node:path';
import { Duration, Testing } from 'cdk8s';
import { dump } from 'js-yaml';
import { ClusterApp, Mesh, Port, RateLimit, Topology, TopologyChart } from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { frame } from '../app-grpc';
import { claim } from '../claims';
import type { Lab } from '../lab';
import { promtool } from '../promtool';
import { StandaloneGateway } from '../standalone-gateway';
import { until } from '../wait';

const NAME = 'wharf';
const CLUSTER = `envoy_cluster_name="${NAME}/web"`;
const FAILED = 'envoy_response_code_class="5"';

const topology = new Topology(NAME);
const web = topology.addService('web', {
  image: 'web',
  port: Port.http(8080),
  slo: { availability: 99, latency: { percent: 99, within: Duration.millis(2500) } },
});
const edge = topology.addEdge('wharf', { host: 'wharf.lab.example' });
edge.route('GET /', web);
edge.route('GET /limited', web, { rateLimit: RateLimit.perSecond(1) });

/** A route whose backend does not exist: the gateway fails its requests itself, as those to a service without pods. */
const GONE = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'gone', namespace: NAME },
  spec: {
    parentRefs: [{ name: edge.gatewayName }],
    hostnames: [...edge.hosts],
    rules: [
      {
        matches: [{ path: { type: 'Exact', value: '/gone' } }],
        backendRefs: [{ group: 'gateway.envoyproxy.io', kind: 'Backend', name: 'gone' }],
      },
    ],
  },
};

interface Monitoring {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

/** The PrometheusRules and PodMonitors of the topology. */
function monitoring(): Monitoring[] {
  const mesh = Mesh.none({ gateway: new EnvoyGateway({ monitoringLabels: { release: 'prometheus' } }) });
  const objects = Testing.synth(new TopologyChart(new ClusterApp(), NAME, { topology, mesh })) as Monitoring[];
  return objects.filter(({ kind }) => ['PrometheusRule', 'PodMonitor'].includes(kind));
}

/** The rules of the topology, in files. */
function writeRules(lab: Lab): string[] {
  return monitoring()
    .filter(({ kind }) => kind === 'PrometheusRule')
    .map(({ metadata: { name }, spec }) => {
      writeFileSync(join(lab.folder, `${name}.yaml`), dump(spec, { lineWidth: -1 }));
      return `${name}.yaml`;
    });
}

/** The series of requests, as the proxy has them. */
function seriesIn(metrics: string): ReadonlyMap<string, number> {
  return new Map(
    metrics
      .split('\n')
      .filter(
        line =>
          /^envoy_(cluster_upstream_rq_(xx|time_bucket)|http_downstream_rq_xx)\{/.test(line)
          && /envoy_cluster_name="wharf\/web"|envoy_http_conn_manager_prefix="http-/.test(line),
      )
      .map(line => {
        const end = line.lastIndexOf(' ');
        return [line.slice(0, end), Number(line.slice(end))];
      }),
  );
}

function sumOf(series: ReadonlyMap<string, number>, ...texts: string[]): number {
  return [...series].reduce((sum, [name, value]) => (texts.every(text => name.includes(text)) ? sum + value : sum), 0);
}

claim('the API server accepts the objects that monitor edges, without unknown fields', async lab => {
  lab.installPrometheusOperator();
  const objects = monitoring();
  assert.deepEqual(objects.map(({ kind, metadata: { name } }) => `${kind} ${name}`).sort(), [
    'PodMonitor wharf.proxies',
    'PrometheusRule web.slo',
    'PrometheusRule wharf.edge.slo',
  ]);
  lab.applyObjects('wharf', [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAME } }, ...objects]);
  await lab.removeNamespaces([NAME]);
});

claim('objectives of a service behind Envoy Gateway are measured by the metrics of its proxy', async lab => {
  const gateway = await StandaloneGateway.start(lab, topology, { before: [GONE] });
  const pod = gateway.pod(web);
  const send = async (count: number, path: string) => {
    const replies = await Promise.all(Array.from({ length: count }, () => gateway.requestGateway(edge, { path })));
    return replies.map(({ status }) => status);
  };
  await gateway.answers(edge, { path: '/' }, 200);
  await gateway.answers(edge, { path: '/gone' }, 500);
  await until(
    'the first requests are counted',
    () => sumOf(seriesIn(gateway.admin('stats/prometheus')), '_bucket', 'le="+Inf"') > 0,
  );
  const before = seriesIn(gateway.admin('stats/prometheus'));

  assert.deepEqual(new Set(await send(60, '/')), new Set([200]));
  await pod.configureResponse({ status: 503 });
  assert.deepEqual(new Set(await send(20, '/')), new Set([503]));
  await pod.configureResponse({ delayMs: 4000 });
  assert.deepEqual(new Set(await send(20, '/')), new Set([200]));
  await pod.configureResponse({});
  const limited = await send(20, '/limited');
  const [accepted, rejected] = [200, 429].map(status => limited.filter(each => each === status).length);
  assert.ok(accepted && rejected && accepted + rejected === 20);
  await pod.end();
  assert.deepEqual(new Set(await send(10, '/')), new Set([503]));
  assert.deepEqual(new Set(await send(40, '/gone')), new Set([500]));

  // The service responded to 100 of them, and to the limited ones; the gateway in place of it to 10.
  const complete = 100 + accepted;
  const all = complete + 10;
  const grown = await until('all requests are counted', () => {
    const now = [...seriesIn(gateway.admin('stats/prometheus'))].map(
      ([name, value]) => [name, value - (before.get(name) ?? 0)] as const,
    );
    return sumOf(new Map(now), '_bucket', 'le="+Inf"') === complete && new Map(now);
  });
  assert.equal(sumOf(grown, '_rq_xx', CLUSTER), all);
  assert.equal(sumOf(grown, '_rq_xx', CLUSTER, FAILED), 30);
  const received = sumOf(grown, 'http_downstream_rq_xx');
  assert.equal(received, all + rejected + 40);

  const alerts = 'count by (slo, gateway) (ALERTS{alertname="ErrorBudgetBurn",alertstate="firing",window="1h"})';
  const job = `job="${NAME}/${edge.name}.proxies"`;
  const recorded = (labels: string, count: number) => ({
    expr: `round(slo:request_misses:ratio_rate5m{${labels}} * ${count}, 0.01)`,
    labels: `{namespace="${NAME}",${labels}}`,
  });
  const expected = [
    { ...recorded('service="web",slo="availability"', all), value: 30 },
    // Those that took four seconds, and those without a response of the service.
    { ...recorded('service="web",slo="latency"', all), value: 30 },
    { ...recorded('gateway="wharf",slo="availability"', received), value: 40 },
  ];
  await promtool(lab, ['test', 'rules'], 'wharf.alerts.yaml', {
    rule_files: writeRules(lab),
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: [...grown].map(([name, value]) => ({
          // Prometheus adds the label.
          series: name.replace('{', `{${job},`),
          values: `0+${value}x60`,
        })),
        promql_expr_test: [
          ...expected.map(({ expr, labels, value }) => ({ expr, eval_time: '1h', exp_samples: [{ labels, value }] })),
          {
            expr: alerts,
            eval_time: '1h',
            exp_samples: ['{slo="availability"}', '{slo="latency"}', '{gateway="wharf",slo="availability"}'].map(
              labels => ({ labels, value: 1 }),
            ),
          },
        ],
      },
    ],
  });
});

const BOTH = 'quay';
const both = new Topology(BOTH);
const rpc = both.addService('rpc', { image: 'rpc', port: Port.grpc(8080) });
const quay = both.addEdge(BOTH, { host: 'quay.lab.example' });
quay.route('POST /quay.Rpc/*', rpc);
// With an objective at the gateway, clusters have the names of Services.
quay.route('GET /', both.addService('web', { image: 'web', port: Port.http(8080), slo: { availability: 99 } }));

/** The HTTP status and the status of gRPC in the response to a request of gRPC. */
function requestGrpc(address: string, path: string): Promise<[number, number]> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://${address}`).on('error', reject);
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      ':authority': quay.host,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let status: [number, number] = [0, Number.NaN];
    stream.on('error', reject);
    stream.on('response', headers => (status = [Number(headers[':status']), Number(headers['grpc-status'])]));
    stream.on('trailers', trailers => (status = [status[0], Number(trailers['grpc-status'])]));
    stream.on('end', () => {
      session.destroy();
      resolve(status);
    });
    stream.resume();
    stream.end(frame(Buffer.from('{}')));
  });
}

claim(
  'a response of Envoy Gateway itself to gRPC has the HTTP status 200, which no metric counts as failed',
  async lab => {
    const gone = { ...GONE, metadata: { ...GONE.metadata, namespace: BOTH } };
    const spec = {
      ...gone.spec,
      parentRefs: [{ name: quay.gatewayName }],
      hostnames: [...quay.hosts],
      rules: [{ ...gone.spec.rules[0], matches: [{ path: { type: 'Exact', value: '/quay.Gone/Get' } }] }],
    };
    const gateway = await StandaloneGateway.start(lab, both, { before: [{ ...gone, spec }] });
    const failuresOf = (metric: string, ...texts: string[]) =>
      sumOf(
        new Map(
          gateway
            .admin('stats/prometheus')
            .split('\n')
            .filter(line => line.startsWith(`${metric}{`))
            .map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
        ),
        FAILED,
        ...texts,
      );
    const ofClients = () => failuresOf('envoy_http_downstream_rq_xx', 'envoy_http_conn_manager_prefix="http-80"');
    const ofCluster = () => failuresOf('envoy_cluster_upstream_rq_xx', 'envoy_cluster_name="quay/rpc"');
    await until('the service responds', async () => {
      const [status, code] = await requestGrpc(gateway.address, '/quay.Rpc/Get').catch(() => [0, 0]);
      return status === 200 && code === 0;
    });
    const [status, code] = await requestGrpc(gateway.address, '/quay.Gone/Get');
    assert.deepEqual([status, code === 0, ofClients(), ofCluster()], [200, false, 0, 0]);

    // A failed connection is counted for the cluster, and not for clients.
    await gateway.pod(rpc).end();
    assert.deepEqual(await requestGrpc(gateway.address, '/quay.Rpc/Get'), [200, 14]);
    assert.deepEqual([ofClients(), ofCluster()], [0, 1]);
  },
);
