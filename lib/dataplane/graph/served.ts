import type { Context } from '../clusters/context';
import { contextsOfMemberships, unknownNamespaces } from '../clusters/memberships';
import type { TrafficPath } from './path-ends';
import { trafficPathsOf } from './traffic-paths';

/** How many of the requests of a caller to a host arrive: none or not surely, some, or all that policies can allow. */
export type Served = 0 | 1 | 2;

/**
 * How many requests arrive, by caller and host with its port, over all routes and all cases of what is unknown: 0 if a
 * route fails or is denied, 1 if policies allow some requests on a route, 2 otherwise.
 */
export function servedRequests(context: Context): ReadonlyMap<string, Served> {
  const served = new Map<string, Served>();
  for (const each of contextsOfMemberships(context, unknownNamespaces(context.cluster))) {
    for (const trafficPath of trafficPathsOf(each)) {
      const key = `${trafficPath.from} → ${trafficPath.to}`;
      served.set(key, Math.min(served.get(key) ?? 2, servedOn(trafficPath)) as Served);
    }
  }
  return served;
}

function servedOn({ ends }: TrafficPath): Served {
  if (ends.some(each => !each.isReached || each.isAllowed === false)) {
    return 0;
  }
  return ends.every(each => each.isAllowed === true) ? 2 : 1;
}
