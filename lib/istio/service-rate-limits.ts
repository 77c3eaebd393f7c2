import type { TopologyChart } from '../kubernetes';
import type { Service } from '../topology';
import { type CountedRequests, globalRateLimit, renderLimits } from './global-rate-limit';
import { beforeTheRouter, renderFilters } from './http-filter';
import { localRateLimit } from './local-rate-limit';
import { matchesOf } from './operation-match';

/**
 * The rate limits of services: a request that a policy denies does not count, and one beyond the limit of a pod is not
 * counted for all pods.
 */
export function renderServiceRateLimits(chart: TopologyChart): void {
  for (const service of chart.topology.services) {
    const counted = globallyCounted(service);
    const filters = [localLimits(service), counted && globalRateLimit(counted)].filter(each => each !== undefined);
    if (filters.length > 0) {
      renderFilters(
        chart.scopeOf(service),
        { name: `${service.name}-rate-limits`, namespace: service.namespace, labels: service.selector },
        filters.map(filter => beforeTheRouter('SIDECAR_INBOUND', filter)),
      );
    }
  }
  renderLimits(
    chart,
    chart.topology.services.flatMap(service => globallyCounted(service) ?? []),
  );
}

function localLimits({ rateLimits }: Service): object | undefined {
  const limited = rateLimits.flatMap(({ operation, limit }) => (operation ? [{ operation, rateLimit: limit }] : []));
  return localRateLimit({
    statPrefix: 'service_rate_limit',
    all: rateLimits.find(({ operation }) => operation === undefined)?.limit,
    limited,
    operations: limited.map(({ operation }) => operation),
  });
}

/** The requests that the limiter counts for all pods of the service; undefined for none. */
function globallyCounted({ name, namespace, globalRateLimits }: Service): CountedRequests | undefined {
  // All limits of a service have one limiter and one failure mode.
  const [first] = globalRateLimits;
  if (!first) {
    return undefined;
  }
  const id = `${name}.${namespace}`;
  const operations = globalRateLimits.flatMap(({ operation }) => operation ?? []);
  return {
    domain: id,
    file: id,
    limiter: first.rateLimiter as Service,
    failureMode: first.failureMode,
    rateLimits: globalRateLimits.flatMap<readonly object[]>(({ operation }) =>
      operation
        ? matchesOf(operation, operations).map(match => [{ header_value_match: match }])
        : [[{ generic_key: { descriptor_value: name } }]],
    ),
    descriptors: globalRateLimits.map(({ operation, requests, per }) => ({
      ...(operation ? { key: 'header_match', value: operation.toString() } : { key: 'generic_key', value: name }),
      rate_limit: { unit: per, requests_per_unit: requests },
    })),
  };
}
