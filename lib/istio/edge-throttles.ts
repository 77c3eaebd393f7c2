import type { TopologyChart } from '../kubernetes';
import type { Edge, Operation, Route, Throttle } from '../topology';
import { EnvoyFilter } from './resources';
import type { IstioSidecars } from './sidecars';

/**
 * The throttles of an edge, as Envoy's local rate limit behind the token check: what is refused for its token costs nobody's budget.
 * Each proxy of the gateway counts by itself, so the limit holds for each of its pods.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/local_rate_limit_filter
 */
export function renderThrottles(chart: TopologyChart, mesh: IstioSidecars, edge: Edge): void {
  const throttled = edge.routes.filter(route => route.throttle);
  if (!edge.throttle && throttled.length === 0) {
    return;
  }
  new EnvoyFilter(chart.scopeOf(edge), 'envoy-filter', {
    metadata: {
      name: `${edge.name}-throttles`,
      namespace: edge.namespace,
      // That an EnvoyFilter depends on Envoy's inner workings is known; Istio has no other way to limit rates.
      annotations: { 'galley.istio.io/analyze-suppress': 'IST0133' },
    },
    spec: {
      priority: 10,
      workloadSelector: { labels: { ...mesh.gatewayLabels(edge.name) } },
      configPatches: [{
        applyTo: 'HTTP_FILTER',
        match: {
          context: 'GATEWAY',
          listener: { filterChain: { filter: { name: 'envoy.filters.network.http_connection_manager', subFilter: { name: 'envoy.filters.http.router' } } } },
        },
        patch: { operation: 'INSERT_BEFORE', value: localRateLimit(edge, throttled) },
      }],
    },
  });
}

function localRateLimit(edge: Edge, routes: readonly Route[]): object {
  const always = { default_value: { numerator: 100, denominator: 'HUNDRED' } };
  return {
    name: 'envoy.filters.http.local_ratelimit',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
      stat_prefix: 'edge_throttle',
      filter_enabled: always,
      filter_enforced: always,
      token_bucket: edge.throttle ? tokenBucket(edge.throttle) : undefined,
      rate_limits: routes.map(({ operation }) => ({ actions: [{ header_value_match: headersOf(operation) }] })),
      descriptors: routes.flatMap(({ operation, throttle }) => throttle
        ? [{ entries: [{ key: 'header_match', value: operation.toString() }], token_bucket: tokenBucket(throttle) }]
        : []),
    },
  };
}

function tokenBucket({ rate, burst }: Throttle): object {
  return { max_tokens: burst, tokens_per_fill: rate, fill_interval: '1s' };
}

/** Envoy's `:path` has the query in it. */
function headersOf(operation: Operation): object {
  return {
    descriptor_value: operation.toString(),
    headers: [
      ...(operation.method ? [{ name: ':method', string_match: { exact: operation.method } }] : []),
      { name: ':path', string_match: { safe_regex: { regex: `${operation.path.toRegex()}(\\?.*)?` } } },
    ],
  };
}
