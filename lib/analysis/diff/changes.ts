import { contextOf, type Reach, trafficDifference, withIngressesOfIstio } from '../../dataplane';
import type { Cluster, Place, Workload } from '../../manifests';
import { decidesOnTraffic, type ObjectChange, objectChanges } from './objects';
import { idOf, PolicyScope } from './policies';
import { requiredMutualTls } from './required-mutual-tls';
import { versionsOf } from './versions';

/** The kinds of change, the riskiest first, with what each means. */
export const CHANGE_KINDS = {
  exposed: 'becomes reachable from outside, or by more requests',
  opened: 'becomes reachable by a caller, or by more requests',
  conditions: 'is reached by some requests before and after, under policies that differ',
  ineffective: 'is a policy or route that applied before and does not any more',
  closed: 'is no longer reachable by a caller that still exists',
  restricted: 'is reachable by fewer requests',
  removed: 'is no longer reachable since it or the caller is removed',
  rerouted: 'gets requests by another route, in other shares, with other paths or headers, or with a new version',
  terms: 'has other timeouts, retries, faults or mirrors',
  object: 'is an object that is added, removed or changed',
} as const;

export type ChangeKind = keyof typeof CHANGE_KINDS;

/** An effect of a change of manifests. */
export interface Change {
  readonly kind: ChangeKind;
  /** What changes, as a line. */
  readonly text: string;
  /** Details, a line each. */
  readonly details: readonly string[];
  readonly place?: Place;
  /** Whether it is an object whose type decides about requests. */
  readonly isOfTraffic?: boolean;
}

/** The effects of a change of manifests: on traffic, the riskiest first, then on objects. */
export function changesOf(before: Cluster, after: Cluster): readonly Change[] {
  const objects = objectChanges(before, after);
  const difference = trafficDifference(contextOf(withIngressesOfIstio(before)), contextOf(withIngressesOfIstio(after)));
  const scopes = { before: new PolicyScope(before), after: new PolicyScope(after) };
  const found: Change[] = [
    ...reachChanges(difference.before, difference.after, before, after),
    ...conditionChanges(difference.before, difference.after, objects, scopes),
    ...scopes.after.lostSince(scopes.before, after).map(({ policy, was }): Change => ({
      kind: 'ineffective',
      text: `${policy.kind} ${policy.key} applies to nothing any more`,
      details: [`it applied to ${was.join(', ')}`],
      place: policy.locate([]),
    })),
    ...difference.paths.map(({ callers, subject, before: was, after: is, isOfTerms }): Change => ({
      kind: isOfTerms ? 'terms' : 'rerouted',
      text: `${subject}: ${was ?? 'did not exist'} → ${is ?? 'no longer exists'}`,
      details: [`callers: ${callers.join(', ')}`],
    })),
    ...objects.map((each): Change => ({
      kind: 'object',
      text: `${each.kind} ${each.key} ${each.change}`,
      details: each.fields,
      place: each.place,
      isOfTraffic: decidesOnTraffic(each),
    })),
  ];
  const order = Object.keys(CHANGE_KINDS);
  return found
    .map((change, index) => ({ change, index }))
    .sort((a, b) => order.indexOf(a.change.kind) - order.indexOf(b.change.kind) || a.index - b.index)
    .map(each => each.change);
}

type Strength = 'none' | 'some' | 'all';

const WORDS: Readonly<Record<Strength, string>> = { none: 'no request', some: 'some requests', all: 'all requests' };
const INTERNET = 'internet';

function reachChanges(old: readonly Reach[], now: readonly Reach[], before: Cluster, after: Cluster): Change[] {
  const [was, is] = [old, now].map(each => new Map(each.map(reach => [`${reach.from} → ${reach.to}`, reach])));
  const names = { before: namesOf(before), after: namesOf(after) };
  const versions = { before: versionsOf(before), after: versionsOf(after) };
  return [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])].sort().flatMap((pair): Change[] => {
    const { from, to } = is?.get(pair) ?? was?.get(pair) ?? { from: '', to: '' };
    const [earlier, later] = [strengthOf(was?.get(pair)), strengthOf(is?.get(pair))];
    if (earlier === later) {
      return [];
    }
    const isMore = later === 'all' || earlier === 'none';
    const isOfVersion =
      earlier === 'none' && isKnownVersion({ from, to }, later, old, versions, names.before.has(withoutPort(to)));
    const isGone = [from, withoutPort(to)].some(each => names.before.has(each) && !names.after.has(each));
    const kind: ChangeKind = isOfVersion
      ? 'rerouted'
      : isMore
        ? from === INTERNET
          ? 'exposed'
          : 'opened'
        : later === 'none'
          ? isGone
            ? 'removed'
            : 'closed'
          : 'restricted';
    const note = isOfVersion ? ' (a new version)' : '';
    const details = kind === 'closed' || kind === 'restricted' ? requiredMutualTls(from, to, before, after) : [];
    return [{ kind, text: `${pair}: ${WORDS[earlier]} → ${WORDS[later]}${note}`, details }];
  });
}

/** Whether another version of a workload, old or new, was reached as much before. */
function isKnownVersion(
  { from, to }: Pick<Reach, 'from' | 'to'>,
  later: Strength,
  old: readonly Reach[],
  versions: Record<'before' | 'after', ReadonlyMap<string, string>>,
  isOld: boolean,
): boolean {
  const app = versions.after.get(withoutPort(to));
  const caller = versions.after.get(from) ?? from;
  const port = to.slice(withoutPort(to).length);
  return (
    app !== undefined
    && (!isOld || !versions.before.has(from))
    && old.some(
      each =>
        (versions.before.get(each.from) ?? each.from) === caller
        && versions.before.get(withoutPort(each.to)) === app
        && each.to.endsWith(port)
        && (later === 'some' || each.isUnconditional),
    )
  );
}

/** Pairs that some requests reach before and after, where a policy of the callee is different. */
function conditionChanges(
  old: readonly Reach[],
  now: readonly Reach[],
  objects: readonly ObjectChange[],
  scopes: Record<'before' | 'after', PolicyScope>,
): Change[] {
  const changed = new Map(objects.map(each => [each.object, each]));
  const conditional = new Set(old.filter(each => !each.isUnconditional).map(each => `${each.from} → ${each.to}`));
  const pairs = new Map<string, { readonly policies: readonly ObjectChange[]; readonly pairs: string[] }>();
  for (const { from, to } of now.filter(each => !each.isUnconditional)) {
    const pair = `${from} → ${to}`;
    const policies = [scopes.before, scopes.after].flatMap(each => [
      ...each.of(withoutPort(to)),
      ...(from === INTERNET ? each.ofGateways : []),
    ]);
    const different = [...new Set(policies.map(idOf))].sort().flatMap(each => changed.get(each) ?? []);
    if (conditional.has(pair) && different.length > 0) {
      const key = different.map(each => each.object).join(', ');
      pairs.set(key, { policies: different, pairs: [...(pairs.get(key)?.pairs ?? []), pair] });
    }
  }
  return [...pairs.values()].map(({ policies, pairs: of }): Change => ({
    kind: 'conditions',
    text: `${of.join(', ')}: some requests, under other conditions`,
    details: policies.flatMap(({ kind, key, change, fields }) => [
      `${kind} ${key} ${change}`,
      ...fields.map(each => `  ${each}`),
    ]),
    place: policies[0]?.place,
  }));
}

function strengthOf(reach: Reach | undefined): Strength {
  return !reach ? 'none' : reach.isUnconditional ? 'all' : 'some';
}

function withoutPort(callee: string): string {
  return callee.replace(/:\d+$/, '');
}

function namesOf({ workloads }: Cluster): ReadonlySet<string> {
  return new Set(workloads.all.map(({ namespace, name }: Workload) => `${namespace}/${name}`));
}
