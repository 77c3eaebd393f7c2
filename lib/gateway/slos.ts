import {
  availabilityOf,
  type CountedRequests,
  type EdgeGateway,
  ENVOY_METRICS,
  grouped,
  hasGrpc,
  isMeasuredByRoutes,
  type Labels,
  objectivesOf,
  renderPodMonitor,
  renderPrometheusRule,
  type RequestSeries,
  type TopologyChart,
} from '../kubernetes';
import type { Edge, Service } from '../topology';

/**
 * For each service with objectives, to which routes of edges alone lead, a PrometheusRule, and for each gateway of an
 * edge with routes to services with objectives a PodMonitor, and a PrometheusRule for what it does not forward.
 */
export function renderSlos(chart: TopologyChart, gateway: EdgeGateway, monitoringLabels: Labels): void {
  const { edges } = chart.topology;
  for (const service of new Set(edges.flatMap(measuredServices))) {
    if (isMeasuredByRoutes(chart.topology, service, gateway)) {
      const { namespace, name } = service;
      const objectives = objectivesOf(service.objects.slo ?? {}, {
        requests: `requests of edges to ${namespace}/${name}`,
        labels: { namespace, service: name },
        sources: [requestSeries(service)],
      });
      renderPrometheusRule(chart.scopeOf(service), { name: `${name}.slo`, namespace }, objectives, monitoringLabels);
    }
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
      path: ENVOY_METRICS,
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
  const { name, namespace, gatewayName } = edge;
  const percents = edges.flatMap(measuredServices).map(({ objects }) => objects.slo?.availability ?? 0);
  const availability = Math.max(...percents);
  if (availability > 0) {
    const objective = availabilityOf(availability, {
      requests: `requests that the gateway ${namespace}/${gatewayName} does not forward`,
      labels: { namespace, gateway: gatewayName },
      sources: [unforwarded(edge, edges)],
    });
    const rule = { name: `${name}.edge.slo`, namespace };
    renderPrometheusRule(chart.scopeOf(edge), rule, [objective], monitoringLabels);
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
export function requestSeries(service: Service): RequestSeries {
  const labels = labelsOf(service);
  const requests = `envoy_cluster_upstream_rq_xx{${labels}}`;
  return {
    requests,
    failures: [{ series: `envoy_cluster_upstream_rq_xx{${labels},${FAILED}}` }],
    durations: { requests, name: 'envoy_cluster_upstream_rq_time', labels, unit: 1 },
    callers: [],
  };
}

const FAILED = 'envoy_response_code_class="5"';

/**
 * Envoy counts what clients get for each listener, of which the gateway forwarded what the clusters of Services have. Of
 * gRPC, clusters have a failed connection as 5xx, and clients get a response with 200.
 */
function unforwarded({ name, namespace }: Edge, edges: readonly Edge[]): CountedRequests {
  // The operator of Prometheus makes this label of the PodMonitor.
  const job = `job="${namespace}/${name}.proxies"`;
  const grpc = edges
    .flatMap(({ routes }) => routes.map(({ service }) => service))
    .filter(hasGrpc)
    .map(clustersOf);
  const withoutGrpc = grpc.length === 0 ? [] : [`envoy_cluster_name!~"${[...new Set(grpc)].join('|')}"`];
  const ofBackends = `envoy_cluster_name=~"${BACKENDS}"`;
  const received = `${job},envoy_http_conn_manager_prefix=~"https?-[0-9]+"`;
  return {
    requests: `envoy_http_downstream_rq_xx{${received}}`,
    failures: [
      {
        series: `envoy_http_downstream_rq_xx{${received},${FAILED}}`,
        except: `envoy_cluster_upstream_rq_xx{${[job, ofBackends, ...withoutGrpc, FAILED].join(',')}}`,
      },
    ],
  };
}

/** `NAMESPACE/NAME`, of several with "|" between; the names of other clusters have another form. */
const BACKENDS = '[^/|]+/[^/|]+([|][^/|]+/[^/|]+)*';

/** The series of the clusters with its Services. */
function labelsOf(service: Service): string {
  const names = clustersOf(service);
  return `envoy_cluster_name${/[(|]/.test(names) ? '=~' : '='}"${names}"`;
}

/** The names of the clusters, an expression for several: `%BACKEND_REFS%` is `NAMESPACE/NAME`, with "|" between. */
function clustersOf({ namespace, name, routesByVersion, versions }: Service): string {
  const names = routesByVersion ? [...versions.values()].map(({ deploymentName }) => deploymentName) : [name];
  const one = `${namespace}/${names.length === 1 ? names[0] : `(${names.join('|')})`}`;
  return names.length === 1 ? one : `${one}([|]${one})*`;
}
