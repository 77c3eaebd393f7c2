import type { Edge, RateLimit } from '../topology';
import { matchesOf } from './operation-match';

/**
 * The rate limits of an edge, as Envoy's local rate limit after token verification: a request with an invalid token
 * does not count towards the limit. Each proxy of the gateway counts separately, so the limit applies per pod.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/local_rate_limit_filter
 */
export function rateLimits(edge: Edge): object | undefined {
  const rateLimited = edge.routes.filter(route => route.rateLimit);
  if (!edge.rateLimit && rateLimited.length === 0) {
    return undefined;
  }
  const always = { default_value: { numerator: 100, denominator: 'HUNDRED' } };
  return {
    name: 'envoy.filters.http.local_ratelimit',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
      stat_prefix: 'edge_throttle',
      filter_enabled: always,
      filter_enforced: always,
      token_bucket: edge.rateLimit ? tokenBucket(edge.rateLimit) : undefined,
      rate_limits: rateLimited
        .flatMap(({ operation }) =>
          matchesOf(
            operation,
            edge.rules.map(rule => rule.operation),
          ),
        )
        .map(match => ({ actions: [{ header_value_match: match }] })),
      descriptors: rateLimited.flatMap(({ operation, rateLimit }) =>
        rateLimit
          ? [{ entries: [{ key: 'header_match', value: operation.toString() }], token_bucket: tokenBucket(rateLimit) }]
          : [],
      ),
    },
  };
}

function tokenBucket({ rate, burst }: RateLimit): object {
  return { max_tokens: burst, tokens_per_fill: rate, fill_interval: '1s' };
}
