import {
  type EdgeGateway,
  grouped,
  type Labels,
  type Measurement,
  type Objective,
  objectivesOf,
  renderPodMonitor,
  renderPrometheusRule,
  type TopologyChart,
} from '../kubernetes';
import { type Edge, type Service } from '../topology';

/**
 * For each service with objectives, to which routes of edges lead, a PrometheusRule, and for each gateway of such an
 * edge a PodMonitor and a PrometheusRule for what it does not forward.
 */
export function renderSlos(chart: TopologyChart, gateway: EdgeGateway, monitoringLabels: Labels): void {
  const { edges } = chart.topology;
  for (const service of new Set(edges.flatMap(measuredServices))) {
    const { namespace } = service;
    const objectives = objectivesOf(service.objects.slo ?? {}, measurementOf(service));
    const rule = { name: `${service.name}.slo`, namespace };
    renderPrometheusRule(chart.scopeOf(service), rule, objectives, monitoringLabels);
  }
  const byGateway = grouped(
    edges.filter(edge => measuredServices(edge).length > 0),
    edge => `${edge.namespace}/${edge.gatewayName}`,
  );
  for (const beside of byGateway) {
    const [edge] = beside;
    renderGatewayObjective(chart, beside, monitoringLabels);
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

/**
 * The requests that a gateway fails itself, in the budget of the strictest service behind it: of a service without
 * ready Pods Envoy Gateway makes a response with 503, which no cluster counts.
 */
function renderGatewayObjective(
  chart: TopologyChart,
  edges: readonly [Edge, ...Edge[]],
  monitoringLabels: Labels,
): void {
  const [edge] = edges;
  const percents = edges.flatMap(measuredServices).map(({ objects }) => objects.slo?.availability ?? 0);
  const availability = Math.max(...percents);
  if (availability > 0) {
    const { name, namespace } = edge;
    const rule = { name: `${name}.edge.slo`, namespace };
    renderPrometheusRule(chart.scopeOf(edge), rule, [objectiveOfGateway(edge, availability)], monitoringLabels);
  }
}

/** The services of an edge's routes whose objectives its gateway measures. */
export function measuredServices({ routes }: Edge): Service[] {
  return [...new Set(routes.map(({ service }) => service))].filter(({ objects }) => objects.slo);
}

/**
 * Envoy counts the final response of each request, its own where the service gave none, and the time of complete ones:
 * a request without a response of the service is late.
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

/**
 * Envoy counts what clients get for each listener, of which the gateway forwarded what the clusters of Services have.
 */
function objectiveOfGateway({ name, namespace, gatewayName }: Edge, availability: number): Objective {
  // The operator of Prometheus makes this label of the PodMonitor.
  const job = `job="${namespace}/${name}.proxies"`;
  const received = `envoy_http_downstream_rq_xx{${job},envoy_http_conn_manager_prefix=~"https?-[0-9]+"`;
  const forwarded = `envoy_cluster_upstream_rq_xx{${job},envoy_cluster_name=~"${BACKENDS}"`;
  const failed = 'envoy_response_code_class="5"';
  return {
    name: 'availability',
    budget: 1 - availability / 100,
    missed: `Failures of requests that the gateway ${namespace}/${gatewayName} does not forward`,
    ratio: window =>
      `((sum(rate(${received},${failed}}[${window}])) or vector(0)) - `
      + `(sum(rate(${forwarded},${failed}}[${window}])) or vector(0))) / sum(rate(${received}}[${window}]))`,
    absent: `absent(${received}})`,
    labels: { namespace, gateway: gatewayName },
  };
}

/** `NAMESPACE/NAME`, of several with "|" between; the names of other clusters have another form. */
const BACKENDS = '[^/|]+/[^/|]+([|][^/|]+/[^/|]+)*';

/**
 * The series of the clusters with its Services: `%BACKEND_REFS%` is their names, as `NAMESPACE/NAME`, with "|" between.
 */
function selectorOf({ namespace, name, routesByVersion, versions }: Service): string {
  const names = routesByVersion ? [...versions.values()].map(({ deploymentName }) => deploymentName) : [name];
  const one = `${namespace}/${names.length === 1 ? names[0] : `(${names.join('|')})`}`;
  return names.length === 1 ? `envoy_cluster_name="${one}"` : `envoy_cluster_name=~"${one}([|]${one})*"`;
}
