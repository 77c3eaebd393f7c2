import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Testing } from 'cdk8s';
import { dump } from 'js-yaml';
import { ClusterApp, GatewayService, Mesh, Port, type Target, Topology, TopologyChart } from '../../lib';
import { claim } from '../claims';
import type { Lab } from '../lab';
import { promtool } from '../promtool';

interface PrometheusRule {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

/** A service with two objectives, which another calls under one of its own. */
function tide(port = Port.grpc(50_051)): Topology {
  const topology = new Topology('tide');
  const slo = { availability: 99.9, latency: { percent: 99, within: Duration.millis(500) } };
  const versions = { v1: { image: 'v1' }, v2: { image: 'v2' } };
  const payment = topology.addService('payment', { port, versions, slo });
  payment.split({ v1: 90, v2: 10 });
  const checkout = topology.addService('checkout', { image: 'checkout' });
  checkout.calls(payment, { slo: { availability: 99 } });
  return topology;
}

function rules(mesh: Target, topology = tide()): PrometheusRule[] {
  const chart = new TopologyChart(new ClusterApp(), 'tide', { topology, mesh });
  return (Testing.synth(chart) as PrometheusRule[]).filter(({ kind }) => kind === 'PrometheusRule');
}

claim('Prometheus accepts the rules of objectives, with sidecars, in ambient mode and with Linkerd', async lab => {
  for (const mesh of [Mesh.istio(), Mesh.ambient(), Mesh.linkerd()]) {
    const found = rules(mesh);
    assert.deepEqual(
      found.map(({ metadata }) => metadata.name),
      ['payment.slo', 'checkout.calls.slo'],
    );
    for (const { metadata, spec } of found) {
      await promtool(lab, ['check', 'rules'], `${metadata.name}.yaml`, spec);
    }
  }
});

const COUNTED =
  'source_principal="spiffe://cluster.local/ns/tide/sa/checkout",destination_service="payment-v1.tide.svc.cluster.local"';

/** Series of a proxy: `failing` of each 10,000 requests fail, and `late` have no response in time. */
function series(reporter: string, failure: string, failing: number, late: number): object[] {
  const of = (name: string, more: string, each: number) => ({
    series: `${name}{reporter="${reporter}",${COUNTED}${more}}`,
    values: `0+${each}x600`,
  });
  return [
    of('istio_requests_total', ',response_code="200",grpc_response_status="0"', 10_000 - failing),
    of('istio_requests_total', `,${failure}`, failing),
    of('istio_request_duration_milliseconds_bucket', ',le="500"', 10_000 - late),
    of('istio_request_duration_milliseconds_bucket', ',le="+Inf"', 10_000),
    of('istio_request_duration_milliseconds_count', '', 10_000),
  ];
}

interface OutcomesAtLinkerd {
  readonly kind: 'grpc' | 'http';
  readonly good: string;
  readonly other: string;
}

/** The series of a proxy of Linkerd at the caller, as its source has them: no proxy of Linkerd runs in the lab. */
function seriesOfLinkerd({ kind, good, other }: OutcomesAtLinkerd, others: number, late: number): object[] {
  const labels = [
    'parent_group="core",parent_kind="Service",parent_namespace="tide",parent_name="payment",parent_port="50051"',
    'parent_section_name="",route_group="gateway.networking.k8s.io",route_kind="GRPCRoute",route_namespace="tide"',
    'route_name="payment",hostname="",namespace="tide",pod="checkout-1",app="checkout",job="tide/linkerd-proxies"',
  ].join(',');
  const of = (name: string, more: string, each: number) => ({
    series: `outbound_${kind}_route_request_${name}{${labels}${more}}`,
    values: `0+${each}x600`,
  });
  return [
    of('statuses_total', `,${good}`, 10_000 - others),
    of('statuses_total', `,${other}`, others),
    of('duration_seconds_bucket', ',le="0.5"', 10_000 - late),
    of('duration_seconds_bucket', ',le="+Inf"', 10_000),
    of('duration_seconds_count', '', 10_000),
  ];
}

const BY_GRPC = 'response_code="200",grpc_response_status="14"';
const BY_HTTP = 'response_code="503",grpc_response_status=""';

/** Series, and the alerts that fire two hours later: of the service by objective, and of the call. */
type Case = readonly [input: readonly object[], firing: Readonly<Record<string, boolean>>];

async function alertsAre(lab: Lab, mesh: Target, cases: readonly Case[], topology = tide()): Promise<void> {
  const files = rules(mesh, topology).map(({ metadata: { name }, spec }) => {
    writeFileSync(join(lab.folder, `${name}.yaml`), dump(spec, { lineWidth: -1 }));
    return `${name}.yaml`;
  });
  const expr = (slo: string, caller: string) =>
    `count(ALERTS{alertname="ErrorBudgetBurn",alertstate="firing",window="1h",slo="${slo}",caller="${caller}"})`;
  await promtool(lab, ['test', 'rules'], 'alerts.yaml', {
    rule_files: files,
    evaluation_interval: '1m',
    tests: cases.map(([input, firing]) => ({
      interval: '1m',
      input_series: input,
      promql_expr_test: [
        ['availability', expr('availability', '')],
        ['latency', expr('latency', '')],
        ['call', expr('availability', 'tide/checkout')],
        ['unknown', 'count(ALERTS{alertname="ServiceLevelUnknown",alertstate="firing"})'],
      ].map(([name = '', query]) => ({
        expr: query,
        eval_time: '2h',
        exp_samples: firing[name] ? [{ labels: '{}', value: name === 'unknown' ? 3 : 1 }] : [],
      })),
    })),
  });
}

claim(
  'alerts fire for a fast burn of an error budget, by 5xx and by gRPC status, and not for failures within it',
  async lab => {
    for (const [reporter, mesh] of [
      ['source', Mesh.istio()],
      ['waypoint', Mesh.ambient()],
    ] as const) {
      await alertsAre(lab, mesh, [
        ...[BY_GRPC, BY_HTTP].flatMap((failure): Case[] => [
          // 14.4 times the budget of 0.1 % is 1.44 %, that of 1 % is 14.4 %.
          [series(reporter, failure, 2000, 0), { availability: true, call: true }],
          [series(reporter, failure, 200, 0), { availability: true }],
          [series(reporter, failure, 140, 0), {}],
        ]),
        [series(reporter, BY_HTTP, 0, 1500), { latency: true }],
        [series(reporter, BY_HTTP, 0, 1400), {}],
      ]);
    }
  },
);

claim('alerts fire for a fast burn of an error budget on series as the proxies of Linkerd write them', async lab => {
  const outcomes = {
    grpc: {
      good: 'grpc_status="OK",error=""',
      failures: ['grpc_status="UNAVAILABLE",error=""', 'grpc_status="UNKNOWN",error="FAIL_FAST"'],
      // An error of the caller, and a request that it cancels.
      others: ['grpc_status="NOT_FOUND",error=""', 'grpc_status="UNKNOWN",error="UNKNOWN"'],
    },
    http: {
      good: 'http_status="200",error=""',
      failures: [
        'http_status="503",error=""',
        'http_status="",error="REQUEST_TIMEOUT"',
        'http_status="200",error="RESPONSE_STREAM_TIMEOUT"',
      ],
      others: ['http_status="404",error=""', 'http_status="200",error="UNKNOWN"'],
    },
  };
  for (const [kind, port] of [
    ['grpc', Port.grpc(50_051)],
    ['http', Port.http(50_051)],
  ] as const) {
    const { good, failures, others } = outcomes[kind];
    const of = (other: string, count: number, late = 0) => seriesOfLinkerd({ kind, good, other }, count, late);
    const cases = [
      ...failures.flatMap((failure): Case[] => [
        [of(failure, 2000), { availability: true, call: true }],
        [of(failure, 140), {}],
      ]),
      ...others.map((other): Case => [of(other, 2000), {}]),
      ...others.flatMap((other): Case[] => [
        [of(other, 0, 1500), { latency: true }],
        [of(other, 0, 1400), {}],
      ]),
    ];
    await alertsAre(lab, Mesh.linkerd(), cases, tide(port));
  }
});

claim('an alert fires where there are no metrics by which an objective is measured', async lab => {
  await alertsAre(lab, Mesh.istio(), [
    [[], { unknown: true }],
    // The proxy of the callee counts the same requests again.
    [series('destination', BY_HTTP, 2000, 0), { unknown: true }],
  ]);
  await alertsAre(lab, Mesh.linkerd(), [[[], { unknown: true }]]);
});

claim('the API server accepts the objects that monitor a topology, without unknown fields', async lab => {
  lab.installPrometheusOperator();
  const world = await lab.deploy(tide(), {
    mesh: Mesh.ambient({ gatewayService: GatewayService.CLUSTER_IP, monitoringLabels: { release: 'prometheus' } }),
  });
  const { items } = await lab.plane.api.get<{ items: PrometheusRule[] }>(
    '/apis/monitoring.coreos.com/v1/namespaces/tide/prometheusrules',
  );
  assert.deepEqual(
    items.map(({ metadata }) => metadata.name),
    ['checkout.calls.slo', 'payment.slo'],
  );
  await lab.remove(world);
});
