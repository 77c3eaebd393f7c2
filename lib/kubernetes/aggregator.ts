import { type Aggregate, type AggregateProps, type Edge, type Part, type RouteProps } from '../topology';
import { mountFiles } from './files';
import { endpointsOf, type KrakendEndpoint } from './krakend-endpoints';
import type { ITopologyChart } from './topology-chart';

/** Mounts the KrakenD configuration into the aggregators of all edges. */
export function renderAggregators(chart: ITopologyChart): void {
  for (const edge of chart.topology.edges) {
    if (edge.aggregator) {
      mountFiles(chart, edge.aggregator, '/etc/krakend', {
        'krakend.json': `${JSON.stringify(configOf(edge, edge.aggregator.firstPort().target), undefined, 2)}\n`,
      });
    }
  }
}

/**
 * The router answers exactly the paths of aggregates: it has no endpoint of its own at `/__health`, which a parameter
 * would match too, and no redirects to similar paths.
 * @see https://www.krakend.io/docs/service-settings/router-options/
 */
const ROUTER = {
  'github_com/luraproject/lura/router/gin': {
    disable_health: true,
    disable_redirect_fixed_path: true,
    disable_redirect_trailing_slash: true,
  },
};

/** @see https://www.krakend.io/docs/configuration/structure/ */
function configOf(edge: Edge, port: number): object {
  return { version: 3, name: edge.id, port, extra_config: ROUTER, endpoints: endpointsOf(edge).map(endpointOf) };
}

function endpointOf(endpoint: KrakendEndpoint): object {
  const { aggregate } = endpoint;
  const {
    route: { timeout },
    parts,
  } = aggregate;
  return {
    endpoint: endpoint.path,
    method: 'GET',
    output_encoding: 'json',
    ...Object.assign({}, ...Object.values(IN_ENDPOINT).map(field => field(aggregate))),
    // The route's timeout covers the whole response: a partial response must be sent before it expires.
    timeout: `${Math.max(1, Math.floor(timeout.toMilliseconds() * 0.9))}ms`,
    backend: parts.map(part => backendOf(part, endpoint)),
  };
}

/** The field of an endpoint that each property of an aggregate is rendered to, besides those of its route. */
const IN_ENDPOINT = {
  headers: ({ headers }) => ({ input_headers: headers }),
  queryParameters: ({ queryParameters }) => ({ input_query_strings: queryParameters ?? ['*'] }),
} satisfies { readonly [K in Exclude<keyof AggregateProps, keyof RouteProps>]-?: (aggregate: Aggregate) => object };

function backendOf({ name, service, port, operation }: Part, endpoint: KrakendEndpoint): object {
  return {
    host: [`http://${service.hostNameIn(endpoint.aggregate.route.edge.namespace)}:${port.number}`],
    url_pattern: endpoint.pathOf(operation),
    method: 'GET',
    encoding: 'safejson',
    group: name,
    extra_config: { 'backend/http': { return_error_details: name } },
  };
}
