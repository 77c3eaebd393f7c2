import type { TopologyChart } from '../kubernetes';
import type { Service } from '../topology';
import { beforeTheRouter, renderFilters } from './http-filter';
import { localRateLimit } from './local-rate-limit';

/** The rate limits of services: a request that a policy denies does not count. */
export function renderServiceRateLimits(chart: TopologyChart): void {
  for (const service of chart.topology.services) {
    const filter = filterOf(service);
    if (filter) {
      renderFilters(
        chart.scopeOf(service),
        { name: `${service.name}-rate-limits`, namespace: service.namespace, labels: service.selector },
        [beforeTheRouter('SIDECAR_INBOUND', filter)],
      );
    }
  }
}

function filterOf({ rateLimits }: Service): object | undefined {
  const limited = rateLimits.flatMap(({ operation, limit }) => (operation ? [{ operation, rateLimit: limit }] : []));
  return localRateLimit({
    statPrefix: 'service_rate_limit',
    all: rateLimits.find(({ operation }) => operation === undefined)?.limit,
    limited,
    operations: limited.map(({ operation }) => operation),
  });
}
