import { type Cluster, type Field, Kind } from '../../../manifests';
import type { EntryMatch, EntryRequest } from '../../manifests/calls/entry-matches';
import { bindingsOf, groupOf, rivalsAt, type RuleMatches } from './route-bindings';
import type { EntryListener } from './entry-requests';

/** Whether no rule with higher precedence at the gateway matches a request of a match, as far as that is known. */
export function isRouted(
  request: EntryRequest,
  match: EntryMatch,
  rule: Field,
  { gateway, at }: EntryListener,
  cluster: Cluster,
): boolean {
  const { rules, routes } = rivalsAt(request.host, bindingsOf(gateway, cluster).byGroup.get(groupOf(at)));
  return (
    routes.has(rule.resource)
    && (rule.resource.type === Kind.VIRTUAL_SERVICE
      ? isFirst(request, match, rule, rules, routes.size)
      : isPreferred(request, match, rule, rules))
  );
}

/** VirtualServices apply in their order, but a rule that matches all requests comes last if several have the host. */
function isFirst(
  request: EntryRequest,
  match: EntryMatch,
  rule: Field,
  rules: readonly RuleMatches[],
  routes: number,
): boolean {
  const isCatchAll = routes > 1 && match.path.kind === 'prefix' && match.path.value === '/';
  for (const other of rules) {
    const isOwn = isSame(other, rule);
    if (isOwn && !isCatchAll) {
      return true;
    }
    if (!isOwn && other.matches.some(each => each.takes(request) !== false)) {
      return false;
    }
  }
  return true;
}

/**
 * Of two matches the higher rank is preferred, then the earlier rule of one route; of two routes which is not told
 * here.
 */
function isPreferred(request: EntryRequest, match: EntryMatch, rule: Field, rules: readonly RuleMatches[]): boolean {
  const index = Number(rule.path[2]);
  return rules.every(each =>
    each.matches.every(
      other =>
        other.takes(request) === false
        || isSame(each, rule)
        || (each.at.resource.type === rule.resource.type
          && isBehind(other, match, each.at.resource === rule.resource && index < Number(each.at.path[2]))),
    ),
  );
}

/**
 * Whether gateways try a match after another; they agree on expressions beside exact paths and beside expressions
 * alone.
 */
function isBehind(other: EntryMatch, match: EntryMatch, isLater: boolean): boolean {
  const kinds = [match.path.kind, other.path.kind];
  const difference =
    match.rank.map((each, position) => each - (other.rank[position] ?? 0)).find(each => each !== 0) ?? 0;
  return (
    (kinds[0] === kinds[1] || !kinds.includes('regex') || kinds.includes('exact'))
    && (difference > 0 || (difference === 0 && isLater))
  );
}

function isSame({ at, key }: RuleMatches, rule: Field): boolean {
  return at.resource === rule.resource && key === rule.path.join();
}
