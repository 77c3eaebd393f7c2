import type { Context } from '../clusters/context';
import { contextsOfMemberships, unknownNamespaces } from '../clusters/memberships';
import { type Reach, reachesIn } from './matrix';
import { trafficPathsOf } from './traffic-paths';

/** A caller and a callee that it may reach, with the routes between them. */
export interface RoutedReach extends Reach {
  /** The share of requests that each route sends there, from 0 to 1, where it is less. */
  readonly shares: readonly number[];
  /** Timeouts, retries, faults and mirrors of these routes. */
  readonly terms: readonly string[];
  /** What is requested: host and port, or from outside a URL, and the match of the route. */
  readonly requests: readonly string[];
}

/** The pairs of the matrix, with the shares and terms of the routes between them, in alphabetical order. */
export function routedReaches(context: Context): readonly RoutedReach[] {
  const cases = contextsOfMemberships(context, unknownNamespaces(context.cluster)).map(trafficPathsOf);
  const routes = new Map<string, Record<'terms' | 'requests', Set<string>> & { readonly shares: Set<number> }>();
  for (const { from, to, when, ends, terms } of cases.flat()) {
    for (const { destination, share, isAllowed } of ends) {
      const key = keyOf({ from, to: destination });
      const known = routes.get(key) ?? { shares: new Set(), terms: new Set(), requests: new Set() };
      routes.set(key, known);
      terms.forEach(each => known.terms.add(each));
      if (isAllowed !== false) {
        known.requests.add(`${to} ${when}`.trim());
      }
      if (share < 1) {
        known.shares.add(share);
      }
    }
  }
  return reachesIn(cases).map(reach => {
    const { shares, terms, requests } = routes.get(keyOf(reach)) ?? { shares: [], terms: [], requests: [] };
    return {
      ...reach,
      shares: [...shares].sort((a, b) => b - a),
      terms: [...terms].sort(),
      requests: [...requests].sort(),
    };
  });
}

function keyOf({ from, to }: Pick<Reach, 'from' | 'to'>): string {
  return `${from} → ${to}`;
}
