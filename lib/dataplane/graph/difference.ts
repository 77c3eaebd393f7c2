import type { Context } from '../clusters/context';
import { contextsOfMemberships, unknownNamespaces } from '../clusters/memberships';
import type { TrafficPath, TrafficPathEnd } from './path-ends';
import { percent } from './path-text';
import { trafficPathsOf } from './traffic-paths';

/**
 * The effects of a change on traffic, one line for each path that is new, removed or different. Callers with the same
 * change share a line.
 */
export function differences(before: Context, after: Context): string[] {
  const namespaces = [...new Set([before, after].flatMap(({ cluster }) => unknownNamespaces(cluster)))].sort();
  const [old, now] = [before, after].map(each => contextsOfMemberships(each, namespaces));
  return [...new Set((old ?? []).flatMap((each, index) => differencesOf(each, now?.[index] ?? after)))];
}

function differencesOf(before: Context, after: Context): string[] {
  const [old, now] = [described(before), described(after)];
  const changes = new Map<string, string[]>();
  for (const key of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const [was, is] = [old.get(key), now.get(key)];
    if (was?.text !== is?.text) {
      const { from, subject } = is ?? was ?? { from: '', subject: '' };
      const change = `${subject}: ${was?.text ?? 'did not exist'} → ${is?.text ?? 'no longer exists'}`;
      changes.set(change, [...(changes.get(change) ?? []), from]);
    }
  }
  return [...changes].map(([change, callers]) => `${callers.join(', ')} → ${change}`);
}

interface Described {
  readonly from: string;
  readonly subject: string;
  readonly text: string;
}

/** By caller, host and match; of several equal ones the first applies. */
function described(context: Context): Map<string, Described> {
  const all = new Map<string, Described>();
  for (const trafficPath of trafficPathsOf(context)) {
    const subject = trafficPath.when === '' ? trafficPath.to : `${trafficPath.to} ${trafficPath.when}`;
    const key = `${trafficPath.from} → ${subject}`;
    if (!all.has(key)) {
      all.set(key, { from: trafficPath.from, subject, text: describe(trafficPath) });
    }
  }
  return all;
}

function describe({ ends, terms }: TrafficPath): string {
  return [...ends.map(describeEnd), ...terms].join(', ');
}

function describeEnd({ destination, share, isAllowed, isReached }: TrafficPathEnd): string {
  const part = share > 1 - 1e-9 ? '' : `${percent(share)} `;
  return !isReached
    ? `${part}${destination}`
    : isAllowed === false
      ? `${part}denied at ${destination}`
      : `${part}${destination}${isAllowed ? '' : ' (some requests)'}`;
}
