import type { Context } from '../clusters/context';
import { contextsOfMemberships, unknownNamespaces } from '../clusters/memberships';
import type { TrafficPath, TrafficPathEnd } from './path-ends';
import { type Reach, reachesIn } from './matrix';
import { percent } from './path-text';
import { trafficPathsOf } from './traffic-paths';

/**
 * The effects of a change on traffic, one line for each path that is new, removed or different. Callers with the same
 * change share a line.
 */
export function differences(before: Context, after: Context): string[] {
  return trafficDifference(before, after).paths.map(
    ({ callers, subject, before: was, after: is }) =>
      `${callers.join(', ')} → ${subject}: ${was ?? 'did not exist'} → ${is ?? 'no longer exists'}`,
  );
}

/** A path that is new, removed or different. */
interface PathChange {
  /** The callers with this change. */
  readonly callers: readonly string[];
  /** The host and port, with the match of the route. */
  readonly subject: string;
  /** Destinations and terms; undefined if there was no such path. */
  readonly before?: string;
  /** Destinations and terms; undefined if there is no such path any more. */
  readonly after?: string;
  /** Whether the destinations are the same, so that only timeouts, retries, faults or mirrors differ. */
  readonly isOfTerms: boolean;
}

/** The effects of a change on traffic. */
export interface TrafficDifference {
  /** The callers and callees before and after the change. */
  readonly before: readonly Reach[];
  readonly after: readonly Reach[];
  readonly paths: readonly PathChange[];
}

/** The effects of a change on traffic: callers and callees, and the paths between them. */
export function trafficDifference(before: Context, after: Context): TrafficDifference {
  const namespaces = [...new Set([before, after].flatMap(({ cluster }) => unknownNamespaces(cluster)))].sort();
  const [old = [], now = []] = [before, after].map(each => contextsOfMemberships(each, namespaces).map(trafficPathsOf));
  const paths = old.flatMap((each, index) => pathChanges(each, now[index] ?? []));
  return {
    before: reachesIn(old),
    after: reachesIn(now),
    paths: [...new Map(paths.map(each => [JSON.stringify(each), each])).values()],
  };
}

function pathChanges(before: readonly TrafficPath[], after: readonly TrafficPath[]): PathChange[] {
  const [old, now] = [described(before), described(after)];
  const changes = new Map<string, PathChange>();
  for (const key of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const [was, is] = [old.get(key), now.get(key)];
    if (was?.text !== is?.text) {
      const { from, subject } = is ?? was ?? { from: '', subject: '' };
      const change = JSON.stringify([subject, was?.text, is?.text]);
      changes.set(change, {
        callers: [...(changes.get(change)?.callers ?? []), from],
        subject,
        before: was?.text,
        after: is?.text,
        isOfTerms: was !== undefined && was.ends === is?.ends,
      });
    }
  }
  return [...changes.values()];
}

interface Described {
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly ends: string;
}

/** By caller, host and match; of several equal ones the first applies. */
function described(trafficPaths: readonly TrafficPath[]): Map<string, Described> {
  const all = new Map<string, Described>();
  for (const trafficPath of trafficPaths) {
    const subject = trafficPath.when === '' ? trafficPath.to : `${trafficPath.to} ${trafficPath.when}`;
    const key = `${trafficPath.from} → ${subject}`;
    if (!all.has(key)) {
      const ends = [...trafficPath.ends.map(describeEnd), ...(trafficPath.rewrites ?? [])];
      all.set(key, {
        from: trafficPath.from,
        subject,
        text: [...ends, ...trafficPath.terms].join(', '),
        ends: ends.join(', '),
      });
    }
  }
  return all;
}

function describeEnd({ destination, share, isAllowed, isReached }: TrafficPathEnd): string {
  const part = share > 1 - 1e-9 ? '' : `${percent(share)} `;
  return !isReached
    ? `${part}${destination}`
    : isAllowed === false
      ? `${part}denied at ${destination}`
      : `${part}${destination}${isAllowed ? '' : ' (some requests)'}`;
}
