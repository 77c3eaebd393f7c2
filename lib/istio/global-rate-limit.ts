import { mountFiles, toYaml, type TopologyChart } from '../kubernetes';
import { FailureMode, type Service } from '../topology';

/** The configuration directory of the rate limit service, as in its Deployment. */
const CONFIG_DIRECTORY = '/data/ratelimit/config';

/** The requests of some proxies that a rate limiter counts. */
export interface CountedRequests {
  /** The name of their counters in the rate limiter. */
  readonly domain: string;
  /** The name of their file in the configuration of the rate limiter, without extension. */
  readonly file: string;
  /** The service that counts. */
  readonly limiter: Service;
  /** What happens to requests while they cannot be counted. */
  readonly failureMode: FailureMode;
  /** The descriptors of a request, each by the actions that produce its entries. */
  readonly rateLimits: readonly (readonly object[])[];
  /** The limit of each descriptor, in the configuration of the rate limiter. */
  readonly descriptors: readonly object[];
}

/**
 * Envoy's global rate limit: all proxies call one service, which counts in Redis.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/rate_limit_filter
 */
export function globalRateLimit({ domain, limiter, failureMode, rateLimits }: CountedRequests): object {
  return {
    name: 'envoy.filters.http.ratelimit',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit',
      domain,
      failure_mode_deny: failureMode === FailureMode.FAIL_CLOSED,
      timeout: '0.25s',
      rate_limit_service: {
        transport_api_version: 'V3',
        grpc_service: {
          envoy_grpc: {
            cluster_name: `outbound|${limiter.firstPort().number}||${limiter.host}`,
            authority: limiter.host,
          },
        },
      },
      rate_limits: rateLimits.map(actions => ({ actions })),
    },
  };
}

/**
 * The limits, in the ConfigMaps of the rate limiters.
 * @see https://github.com/envoyproxy/ratelimit#configuration
 */
export function renderLimits(chart: TopologyChart, counted: readonly CountedRequests[]): void {
  for (const limiter of new Set(counted.map(each => each.limiter))) {
    const files = counted
      .filter(each => each.limiter === limiter)
      .map(({ file, domain, descriptors }) => [`${file}.yaml`, toYaml({ domain, descriptors })] as const);
    mountFiles(chart, limiter, CONFIG_DIRECTORY, Object.fromEntries(files));
  }
}
