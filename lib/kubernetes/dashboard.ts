import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { Service } from '../topology';
import { Phase } from './phases';
import { failureRatio, latencyQuantile, type RequestSeries, requestRate } from './request-series';
import type { ITopologyChart, Labels } from './topology-chart';

/**
 * A dashboard of Grafana for a topology, in a ConfigMap that the sidecar of its chart finds by a label: for each service
 * that receives requests a row with their rate, the share of failures and the latency, and the rates of its callers.
 * @see https://github.com/grafana/helm-charts/tree/main/charts/grafana#sidecar-for-dashboards
 */
export function renderDashboard(
  chart: ITopologyChart,
  seriesOf: (service: Service) => readonly RequestSeries[],
  labels: Labels,
): void {
  const { name, namespace, services } = chart.topology;
  const scope = new Construct(chart.scopeOfNamespace(namespace), 'dashboard');
  Phase.POLICIES.assignTo(scope);
  const measured = services
    .filter(({ ports }) => ports.some(port => port.carriesRequests))
    .map(service => ({ service, sources: seriesOf(service) }))
    .filter(({ sources }) => sources.length > 0);
  const dashboard = {
    title: name,
    uid: `topology-${name}`.slice(0, 40),
    schemaVersion: 39,
    time: { from: 'now-6h', to: 'now' },
    refresh: '1m',
    panels: measured.flatMap(({ service, sources }, index) => panelsOf(service, index, sources)),
  };
  new ApiObject(scope, 'config-map', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `${name}.dashboard`, namespace, labels: { ...labels, grafana_dashboard: '1' } },
    data: { [`${name}.json`]: `${JSON.stringify(dashboard, null, 2)}\n` },
  });
}

const HEIGHT = 7;

function panelsOf(service: Service, index: number, sources: readonly RequestSeries[]): object[] {
  const y = index * (HEIGHT + 1);
  const title = `${service.namespace}/${service.name}`;
  const panel = (at: number, name: string, unit: string, targets: readonly Target[]) => ({
    type: 'timeseries',
    title: name,
    gridPos: { x: at * 8, y: y + 1, w: 8, h: HEIGHT },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: targets.map(({ expr, legend }, number) => ({
      expr,
      legendFormat: legend,
      refId: String.fromCharCode(65 + number),
    })),
  });
  return [
    { type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: 24, h: 1 }, panels: [] },
    panel(0, 'Requests by caller', 'reqps', sources.map(ratesByCaller)),
    panel(1, 'Failures', 'percentunit', [{ expr: failureRatio(sources, '5m'), legend: 'share of requests' }]),
    panel(
      2,
      'Latency',
      'ms',
      sources.flatMap(source =>
        [0.5, 0.95, 0.99].map(each => ({ expr: latencyQuantile(source, each), legend: `${each * 100} %` })),
      ),
    ),
  ];
}

interface Target {
  readonly expr: string;
  readonly legend: string;
}

function ratesByCaller(source: RequestSeries): Target {
  const rate = requestRate([source], '5m');
  const { callers } = source;
  return callers.length === 0
    ? { expr: rate, legend: 'edges' }
    : {
        expr: rate.replace('sum(', `sum by (${callers.join(', ')}) (`),
        legend: callers.map(each => `{{${each}}}`).join('/'),
      };
}
