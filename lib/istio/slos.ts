import {
  type Labels,
  type Measurement,
  type Objective,
  objectivesOf,
  renderPodMonitor,
  renderPrometheusRule,
  type TopologyChart,
} from '../kubernetes';
import { type Call, type Callee, type Service, ValidationError } from '../topology';
import { renderDashboard } from './dashboard';
import type { MetricsProps } from './metrics';
import { type CountedRequests, DIMENSIONS, failureRatio, lateRatio, reporterOf, selectorOf } from './request-metrics';
import type { Waypoints } from './waypoints';

/** What the target measures, and how its objects are found. */
export interface Monitored {
  readonly metrics: MetricsProps;
  readonly monitoringLabels: Labels;
  readonly waypoints?: Waypoints;
  principal(namespace: string, serviceAccount: string): string;
}

/**
 * For each service with objectives, or with calls that have some, a PrometheusRule; if there is any, a PodMonitor in each
 * namespace of the topology and a dashboard.
 * @see https://prometheus-operator.dev/docs/api-reference/api/
 */
export function renderSlos(chart: TopologyChart, monitored: Monitored): void {
  const { topology } = chart;
  const { monitoringLabels } = monitored;
  const declared = topology.services.flatMap(service => objectivesAt(service, monitored));
  const [first] = declared;
  if (!first) {
    return;
  }
  requireDimensions(first.service, monitored.metrics);
  for (const { service, name, objectives } of declared) {
    const { namespace } = service;
    renderPrometheusRule(chart.scopeOf(service), { name, namespace }, objectives, monitoringLabels);
  }
  for (const namespace of topology.ownNamespaces) {
    // Pods of sidecars, waypoints and gateways have a port of this name.
    const scraped = { name: 'istio-proxies', namespace, port: 'http-envoy-prom' };
    renderPodMonitor(chart.scopeOfNamespace(namespace), scraped, monitoringLabels);
  }
  renderDashboard(chart, monitoringLabels, monitored.waypoints);
}

interface ObjectivesOfService {
  readonly service: Service;
  readonly name: string;
  readonly objectives: readonly Objective[];
}

/** The objectives for all requests to a service, and those for its calls. */
function objectivesAt(service: Service, monitored: Monitored): ObjectivesOfService[] {
  const { objects, outgoingCalls } = service;
  const ofService = objects.slo ? objectivesOf(objects.slo, measurementOf(countedAt(service, monitored))) : [];
  return [
    { service, name: `${service.name}.slo`, objectives: ofService },
    {
      service,
      name: `${service.name}.calls.slo`,
      objectives: outgoingCalls.flatMap(call => objectivesOfCall(call, service, monitored)),
    },
  ].filter(({ objectives }) => objectives.length > 0);
}

function objectivesOfCall({ slo, callee }: Call, caller: Service, monitored: Monitored): Objective[] {
  if (!slo) {
    return [];
  }
  if (callee.host.startsWith('*')) {
    throw new ValidationError({
      code: 'Contradiction',
      path: `${caller.path} → ${callee.name}`,
      summary: `Its host is the pattern ${callee.host}, and metrics have the host of each request.`,
      fix: 'Declare an external service for each host, or remove `slo` of the call.',
    });
  }
  const counted = {
    ...countedAt(callee as Callee, monitored),
    caller: `spiffe://${monitored.principal(caller.namespace, caller.serviceAccount)}`,
  };
  return objectivesOf(slo, measurementOf(counted, `${caller.namespace}/${caller.name}`));
}

function countedAt(callee: Callee, { waypoints }: Monitored): CountedRequests {
  return { callee, reporter: reporterOf(callee, waypoints) };
}

function measurementOf(counted: CountedRequests, caller?: string): Measurement {
  const { namespace, name } = counted.callee;
  return {
    requests: `requests ${caller === undefined ? '' : `of ${caller} `}to ${namespace}/${name}`,
    labels: { namespace, service: name, ...(caller === undefined ? {} : { caller }) },
    absent: `absent(istio_requests_total{${selectorOf(counted)}})`,
    failureRatio: window => failureRatio(counted, window),
    lateRatio: (milliseconds, window) => lateRatio(counted, milliseconds, window),
  };
}

function requireDimensions({ path }: Service, { removedTags = [] }: MetricsProps): void {
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
