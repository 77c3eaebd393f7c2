import {
  ENVOY_METRICS,
  type Labels,
  renderMeshObjectives,
  type RequestSeries,
  type TopologyChart,
} from '../kubernetes';
import { type Callee, type Service, ValidationError } from '../topology';
import type { MetricsProps } from './metrics';
import { DIMENSIONS, reporterOf, requestSeries } from './request-metrics';
import type { Waypoints } from './waypoints';

/** What the target measures, and how its objects are found. */
export interface Monitored {
  readonly metrics: MetricsProps;
  readonly monitoringLabels: Labels;
  readonly waypoints?: Waypoints;
  principal(namespace: string, serviceAccount: string): string;
}

/** The objectives of services and calls, on the metrics of Istio's proxies. */
export function renderSlos(chart: TopologyChart, monitored: Monitored): void {
  renderMeshObjectives(chart, {
    // Pods of sidecars, waypoints and gateways have a port of this name.
    scraped: { name: 'istio-proxies', port: 'http-envoy-prom', path: ENVOY_METRICS },
    monitoringLabels: monitored.monitoringLabels,
    seriesOf: (callee, caller) => [seriesOf(monitored, callee, caller)],
  });
}

function seriesOf(monitored: Monitored, callee: Callee, caller?: Service): RequestSeries {
  requireDimensions(caller ?? callee, monitored.metrics);
  if (caller && callee.host.startsWith('*')) {
    throw new ValidationError({
      code: 'Contradiction',
      path: `${caller.path} → ${callee.name}`,
      summary: `Its host is the pattern ${callee.host}, and metrics have the host of each request.`,
      fix: 'Declare an external service for each host, or remove `slo` of the call.',
    });
  }
  return requestSeries({
    callee,
    reporter: reporterOf(callee, monitored.waypoints),
    caller: caller && `spiffe://${monitored.principal(caller.namespace, caller.serviceAccount)}`,
  });
}

function requireDimensions({ path }: { readonly path: string }, { removedTags = [] }: MetricsProps): void {
  const removed = DIMENSIONS.filter(each => removedTags.includes(each));
  if (removed.length > 0) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `Service level objectives are measured by ${removed.join(', ')}, which \`metrics.removedTags\` removes.`,
      fix: 'Keep these dimensions, or remove `slo`.',
    });
  }
}
