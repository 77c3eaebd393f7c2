import type { Context } from '../clusters/context';
import { contextsOfMemberships, unknownNamespaces } from '../clusters/memberships';
import type { TrafficPath } from './path-ends';
import { openPathsOf } from './traffic-paths';

/** A pair of a caller and a callee that it may reach. */
export interface Reach {
  /** The workload, as `namespace/name`, or `internet`. */
  readonly from: string;
  /** The workload with the port of its Pods, as `namespace/name:port`, or a host outside. */
  readonly to: string;
  /** Whether policies allow all requests that are routed there, or only some of them. */
  readonly isUnconditional: boolean;
}

/** The reachable callees of each caller. Its text is deterministic, for snapshots. */
export class TrafficMatrix {
  /** Each pair of a caller and a callee that it can reach, in alphabetical order. */
  readonly reaches: readonly Reach[];

  constructor(context: Context) {
    this.reaches = reachesIn(contextsOfMemberships(context, unknownNamespaces(context.cluster)).map(openPathsOf));
  }

  /** Whether a caller may reach a callee at all: workloads as `namespace/name`; the callee also with its port. */
  has(from: string, to: string): boolean {
    return this.reaches.some(each => each.from === from && (each.to === to || each.to.startsWith(`${to}:`)));
  }

  /** A line for each caller with its callees; an asterisk marks those for which only some requests are allowed. */
  toString(): string {
    const callers = [...new Set(this.reaches.map(each => each.from))];
    return callers
      .map(
        from =>
          `${from} → ${this.reaches
            .filter(each => each.from === from)
            .map(({ to, isUnconditional }) => (isUnconditional ? to : `${to}*`))
            .join(', ')}`,
      )
      .join('\n');
  }
}

/** Each pair of the traffic paths of several cases, in alphabetical order. */
export function reachesIn(cases: readonly (readonly TrafficPath[])[]): readonly Reach[] {
  const [first = new Map<string, Reach>(), ...others] = cases.map(reachesOf);
  return [...others.reduce(merged, first)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reach]) => reach);
}

/** By caller and callee. */
function reachesOf(trafficPaths: readonly TrafficPath[]): ReadonlyMap<string, Reach> {
  const found = new Map<string, Reach>();
  for (const { from, isForAll, ends } of trafficPaths) {
    for (const { destination, isReached, isAllowed } of ends.filter(
      each => each.isReached && each.isAllowed !== false,
    )) {
      const key = `${from} → ${destination}`;
      const isUnconditional = isReached && isAllowed === true && isForAll;
      found.set(key, {
        from,
        to: destination,
        isUnconditional: isUnconditional || (found.get(key)?.isUnconditional ?? false),
      });
    }
  }
  return found;
}

/** What is reached in one of two cases; unconditionally, if it is in both. */
function merged(some: ReadonlyMap<string, Reach>, others: ReadonlyMap<string, Reach>): ReadonlyMap<string, Reach> {
  return new Map(
    [...some, ...others].map(([key, reach]) => [
      key,
      {
        ...reach,
        isUnconditional: [some, others].every(each => each.get(key)?.isUnconditional === true),
      },
    ]),
  );
}
