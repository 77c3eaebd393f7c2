import { isAllowing, memo, type Resource } from '../../manifests';
import { leastOf, type Served, type ServedRoutes } from './served';

type AllServed = ReadonlyMap<string, ServedRoutes>;

/** The requests that arrive before and after a change, and not in between: callers, hosts, and matches of routes. */
export function lostRequests(before: AllServed, after: AllServed, between: AllServed): string[] {
  return [...before].flatMap(([request, was]) => {
    const [is, now] = [between.get(request) ?? NONE, after.get(request) ?? NONE];
    return [...new Set([was, now, is].flatMap(each => [...each.keys()]))]
      .filter(match => isLost(onRoute(was, match), onRoute(now, match), onRoute(is, match)))
      .map(match => `${request} ${match}`.trim());
  });
}

const NONE: ServedRoutes = new Map();

/** Requests without a route of their own are on that for all others, and without such a one on any. */
function onRoute(routes: ServedRoutes, match: string): Served {
  const all = [...routes.values()];
  return routes.get(match) ?? all.find(each => each.isForAll) ?? leastOf(all);
}

function isLost(before: Served, after: Served, between: Served): boolean {
  const least = Math.min(before.amount, after.amount);
  const others = [...before.policies, ...after.policies];
  const mayDeny = (policies: Policies) =>
    deniesMore(policies, others) || !others.some(other => allowsAsMuch(policies, other));
  return between.amount < least || (least > 0 && between.policies.some(mayDeny));
}

type Policies = Served['policies'][number];

/** Whether there is a policy with another action than ALLOW that applied neither before nor after. */
function deniesMore(between: Policies, others: readonly Policies[]): boolean {
  const known = new Set(others.flat(2).map(each => each.key));
  return between.flat().some(each => !isAllowing(each) && !known.has(each.key));
}

/** Whether each proxy has the rules by which the same one allowed requests before or after. */
function allowsAsMuch(between: Policies, other: Policies): boolean {
  return between.every((policies, index) => {
    const [own, others] = [policies, other[index] ?? []].map(each => each.filter(isAllowing));
    const rules = new Set(own?.flatMap(rulesIn));
    const needed = others?.flatMap(rulesIn) ?? [];
    return own?.length === 0 || (needed.length > 0 && needed.every(each => rules.has(each)));
  });
}

const rulesIn = memo(({ spec }: Resource): readonly string[] =>
  spec.get('rules').items.map(each => JSON.stringify(each.value)),
);
