import type { Edge } from '../topology';
import { localRateLimit } from './local-rate-limit';

/** The rate limits of an edge, after token verification: a request with an invalid token does not count. */
export function rateLimits({ rateLimit: all, routes, rules }: Edge): object | undefined {
  return localRateLimit({
    statPrefix: 'edge_throttle',
    all,
    limited: routes.flatMap(({ operation, rateLimit }) => (rateLimit ? [{ operation, rateLimit }] : [])),
    operations: rules.map(({ operation }) => operation),
  });
}
