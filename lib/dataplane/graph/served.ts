import type { Resource } from '../../manifests';
import type { Context } from '../clusters/context';
import { contextsOfMemberships, unknownNamespaces } from '../clusters/memberships';
import type { TrafficPath } from './path-ends';
import { trafficPathsOf } from './traffic-paths';

/** What arrives of the requests on a route, over all cases of what is unknown. */
export interface Served {
  /** Whether it is for all requests that no other route has. */
  readonly isForAll: boolean;
  /** 0 if it fails or policies deny it, 1 if policies allow some requests, 2 otherwise. */
  readonly amount: number;
  /** For each end that some requests reach, the policies of each proxy that decide about them. */
  readonly policies: readonly (readonly (readonly Resource[])[])[];
}

/** The routes of a caller to a host with its port, by their matches. */
export type ServedRoutes = ReadonlyMap<string, Served>;

/** What arrives of the requests of each caller to each host with its port. */
export function servedRequests(context: Context): ReadonlyMap<string, ServedRoutes> {
  const all = new Map<string, Map<string, Served>>();
  for (const each of contextsOfMemberships(context, unknownNamespaces(context.cluster))) {
    for (const trafficPath of firstOfEach(trafficPathsOf(each))) {
      const request = `${trafficPath.from} → ${trafficPath.to}`;
      const routes = all.get(request) ?? new Map<string, Served>();
      const known = routes.get(trafficPath.when);
      const served = servedOn(trafficPath);
      all.set(request, routes.set(trafficPath.when, known ? leastOf([known, served]) : served));
    }
  }
  return all;
}

/** Of several routes with one match the first applies. */
function firstOfEach(trafficPaths: readonly TrafficPath[]): readonly TrafficPath[] {
  const lastFirst = [...trafficPaths].reverse();
  return [...new Map(lastFirst.map(each => [`${each.from} → ${each.to} ${each.when}`, each])).values()].reverse();
}

function servedOn({ isForAll, ends }: TrafficPath): Served {
  const isLost = ends.some(each => !(each.isReached || each.isReply) || each.isAllowed === false);
  return {
    isForAll,
    amount: isLost ? 0 : ends.every(each => each.isAllowed === true) ? 2 : 1,
    policies: ends.flatMap(each => (each.isAllowed === undefined ? [each.policies ?? []] : [])),
  };
}

/** What arrives at least, on whichever of several routes. */
export function leastOf(routes: readonly Served[]): Served {
  return {
    isForAll: routes.some(each => each.isForAll),
    amount: routes.length === 0 ? 0 : Math.min(...routes.map(each => each.amount)),
    policies: routes.flatMap(each => each.policies),
  };
}
