import {
  type EdgeGateway,
  type Labels,
  type Measurement,
  objectivesOf,
  renderPodMonitor,
  renderPrometheusRule,
  type TopologyChart,
} from '../kubernetes';
import { type Edge, type Service } from '../topology';

/**
 * For each service with objectives, to which routes of edges lead, a PrometheusRule, and for each gateway of such an edge
 * a PodMonitor.
 */
export function renderSlos(chart: TopologyChart, gateway: EdgeGateway, monitoringLabels: Labels): void {
  const { edges } = chart.topology;
  for (const service of new Set(edges.flatMap(measuredServices))) {
    const objectives = objectivesOf(service.objects.slo ?? {}, measurementOf(service));
    renderPrometheusRule(chart, service, `${service.name}.slo`, objectives, monitoringLabels);
  }
  const byGateway = new Map(
    edges
      .filter(edge => measuredServices(edge).length > 0)
      .map(edge => [`${edge.namespace}/${edge.gatewayName}`, edge] as const),
  );
  for (const edge of byGateway.values()) {
    const scraped = {
      name: `${edge.name}.proxies`,
      namespace: edge.namespace,
      port: 'metrics',
      podNamespace: gateway.namespaceOf(edge),
      podLabels: gateway.labelsOf(edge),
    };
    renderPodMonitor(chart.scopeOf(edge), scraped, monitoringLabels);
  }
}

/** The services of an edge's routes whose objectives its gateway measures. */
export function measuredServices({ routes }: Edge): Service[] {
  return [...new Set(routes.map(({ service }) => service))].filter(({ objects }) => objects.slo);
}

/**
 * Envoy counts the final response of each request, its own where the service gave none, and the time of complete ones: a
 * request without a response of the service is late.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/upstream/cluster_manager/cluster_stats#dynamic-http-statistics
 */
function measurementOf(service: Service): Measurement {
  const { namespace, name } = service;
  const selector = selectorOf(service);
  const rateOf = (metric: string, window: string, more = '') =>
    `sum(rate(envoy_cluster_upstream_${metric}{${selector}${more}}[${window}]))`;
  return {
    requests: `requests of edges to ${namespace}/${name}`,
    labels: { namespace, service: name },
    absent: `absent(envoy_cluster_upstream_rq_xx{${selector}})`,
    failureRatio: window =>
      `(${rateOf('rq_xx', window, ',envoy_response_code_class="5"')} or vector(0)) / ${rateOf('rq_xx', window)}`,
    // Prometheus 3 writes the limits of buckets as floating-point numbers.
    lateRatio: (milliseconds, window) =>
      `1 - (${rateOf('rq_time_bucket', window, `,le=~"${milliseconds}(\\\\.0)?"`)} or vector(0)) / ${rateOf('rq_xx', window)}`,
  };
}

/** The series of the clusters with its Services: `%BACKEND_REFS%` is their names, as `NAMESPACE/NAME`, with "|" between. */
function selectorOf({ namespace, name, routesByVersion, versions }: Service): string {
  const names = routesByVersion ? [...versions.values()].map(({ deploymentName }) => deploymentName) : [name];
  const one = `${namespace}/${names.length === 1 ? names[0] : `(${names.join('|')})`}`;
  return names.length === 1 ? `envoy_cluster_name="${one}"` : `envoy_cluster_name=~"${one}([|]${one})*"`;
}
