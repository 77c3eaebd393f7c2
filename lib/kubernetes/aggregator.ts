import type { Aggregate, AggregateProps, Edge, Part, RouteProps } from '../topology';
import { mountFiles } from './files';
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

/** @see https://www.krakend.io/docs/configuration/structure/ */
function configOf(edge: Edge, port: number): object {
  return { version: 3, name: edge.id, port, endpoints: edge.aggregates.map(endpointOf) };
}

function endpointOf(aggregate: Aggregate): object {
  const {
    route: { operation, timeout, edge },
    parts,
  } = aggregate;
  return {
    endpoint: operation.path.text,
    method: 'GET',
    output_encoding: 'json',
    ...Object.assign({}, ...Object.values(IN_ENDPOINT).map(field => field(aggregate))),
    // The route's timeout covers the whole response: a partial response must be sent before it expires.
    timeout: `${Math.floor(timeout.toMilliseconds() * 0.9)}ms`,
    backend: parts.map(part => backendOf(part, edge.namespace)),
  };
}

/** The field of an endpoint that each property of an aggregate is rendered to, besides those of its route. */
const IN_ENDPOINT = {
  headers: ({ headers }) => ({ input_headers: headers }),
} satisfies { readonly [K in Exclude<keyof AggregateProps, keyof RouteProps>]-?: (aggregate: Aggregate) => object };

function backendOf({ name, service, port, operation }: Part, namespace: string): object {
  return {
    host: [`http://${service.hostNameIn(namespace)}:${port.number}`],
    url_pattern: operation.path.text,
    method: 'GET',
    encoding: 'safejson',
    group: name,
    extra_config: { 'backend/http': { return_error_details: name } },
  };
}
