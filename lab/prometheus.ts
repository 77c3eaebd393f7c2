import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from './lab';
import { HOST } from './network';
import type { Pod } from './pod';
import { until } from './wait';

const PORT = 9090;

/** The metrics of a proxy that are not among those that Istio has it report. */
export const REPORT_CLUSTERS = { 'sidecar.istio.io/statsInclusionPrefixes': 'cluster.outbound' };

/**
 * A real Prometheus that scrapes the proxies of callers. These lack Istio's filters, so that its metrics are Envoy's own
 * counters of the requests to each cluster, under the names and labels of Istio's.
 */
export class Prometheus {
  /** The address as pods and controllers reach it. */
  static readonly address = `http://${HOST}:${PORT}`;

  /** Starts it with groups of rules, and waits until each proxy was scraped. */
  static async start(lab: Lab, callers: readonly Pod[], groups: readonly object[] = []): Promise<Prometheus> {
    const rules = join(lab.folder, 'rules.json');
    writeFileSync(rules, JSON.stringify({ groups }));
    const config = join(lab.folder, 'prometheus.json');
    writeFileSync(
      config,
      JSON.stringify({
        global: { scrape_interval: '2s', evaluation_interval: '5s' },
        rule_files: [rules],
        scrape_configs: [
          {
            job_name: 'proxies',
            metrics_path: '/stats/prometheus',
            static_configs: callers.map(pod => ({
              targets: [`${pod.network.ip}:15090`],
              labels: {
                reporter: 'source',
                source_principal: `spiffe://cluster.local/ns/${pod.namespace}/sa/${pod.object.spec.serviceAccountName ?? 'default'}`,
              },
            })),
            metric_relabel_configs: [
              { source_labels: ['__name__'], regex: COUNTERS.map(([name]) => name).join('|'), action: 'keep' },
              // Envoy counts each response by its class as well.
              { source_labels: ['__name__', 'response_code'], regex: 'envoy_cluster_upstream_rq;', action: 'drop' },
              { source_labels: ['cluster_name'], regex: String.raw`outbound\|\d+\|\|([^;]+);?`, action: 'keep' },
              {
                source_labels: ['cluster_name'],
                regex: String.raw`outbound\|\d+\|\|([^;]+);?`,
                target_label: 'destination_service',
              },
              ...COUNTERS.map(([regex, replacement]) => ({
                source_labels: ['__name__'],
                ...{ regex, replacement, target_label: '__name__' },
              })),
            ],
          },
        ],
      }),
    );
    const storage = join(lab.folder, 'prometheus');
    const process = lab.processes.start('prometheus', join(lab.tools.home, 'prometheus/usr/bin/prometheus'), [
      `--config.file=${config}`,
      `--storage.tsdb.path=${storage}`,
      `--web.listen-address=${HOST}:${PORT}`,
    ]);
    const prometheus = new Prometheus(lab, process, storage);
    await until('Prometheus has scraped all proxies', async () => {
      const up = await prometheus.query('sum(up)');
      return up[0] === callers.length;
    });
    return prometheus;
  }

  private constructor(
    private readonly lab: Lab,
    private readonly process: ChildProcess,
    private readonly storage: string,
  ) {}

  /** Stops it, and forgets what it has scraped. */
  async stop(): Promise<void> {
    this.lab.processes.stop(this.process);
    await once(this.process, 'exit');
    rmSync(this.storage, { recursive: true, force: true });
  }

  /** The values of an expression. */
  async query(expression: string): Promise<number[]> {
    const response = await fetch(`${Prometheus.address}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
    return data.result.map(({ value: [, value] }) => Number(value));
  }
}

/** Envoy's counters of a cluster, and the metric of Istio that counts the same. */
const COUNTERS: readonly (readonly [string, string])[] = [
  ['envoy_cluster_upstream_rq', 'istio_requests_total'],
  ['envoy_cluster_upstream_rq_time_(bucket|count|sum)', 'istio_request_duration_milliseconds_$1'],
];
