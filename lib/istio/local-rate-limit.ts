import type { Operation, RateLimit } from '../topology';
import { matchesOf } from './operation-match';

/** The rate limits of one proxy. */
export interface LocalRateLimits {
  /** The prefix of the filter's statistics. */
  readonly statPrefix: string;
  /** The limit on all requests; undefined for none. */
  readonly all?: RateLimit;
  /** The limits on the requests of operations. */
  readonly limited: readonly { readonly operation: Operation; readonly rateLimit: RateLimit }[];
  /** All operations among which the most specific one of a request is found. */
  readonly operations: readonly Operation[];
}

/**
 * Envoy's local rate limit: each proxy counts separately, so a limit applies per pod. Undefined if there is no limit.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/local_rate_limit_filter
 */
export function localRateLimit({ statPrefix, all, limited, operations }: LocalRateLimits): object | undefined {
  if (!all && limited.length === 0) {
    return undefined;
  }
  const always = { default_value: { numerator: 100, denominator: 'HUNDRED' } };
  return {
    name: 'envoy.filters.http.local_ratelimit',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
      stat_prefix: statPrefix,
      filter_enabled: always,
      filter_enforced: always,
      token_bucket: all ? tokenBucket(all) : undefined,
      rate_limits: limited
        .flatMap(({ operation }) => matchesOf(operation, operations))
        .map(match => ({ actions: [{ header_value_match: match }] })),
      descriptors: limited.map(({ operation, rateLimit }) => ({
        entries: [{ key: 'header_match', value: operation.toString() }],
        token_bucket: tokenBucket(rateLimit),
      })),
    },
  };
}

function tokenBucket({ rate, burst }: RateLimit): object {
  return { max_tokens: burst, tokens_per_fill: rate, fill_interval: '1s' };
}
