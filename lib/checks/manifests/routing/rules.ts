import { httpRuleGroupsOf, httpRulesOf } from '../../../dataplane';
import { addTo, type Cluster, type Field, Kind, memo, type Resource } from '../../../manifests';

/** A match of a rule, with its content without its name, by which equal matches are found. */
export interface Match {
  readonly at: Field;
  readonly meaning: string;
}

/** A rule that a VirtualService applies; it has no matches if it applies to all requests. */
export interface Rule {
  /** The rule of the VirtualService: it may delegate to the one that applies. */
  readonly at: Field;
  readonly applied: Field;
  readonly matches: readonly Match[];
}

/** The rules that a VirtualService applies to one kind of traffic, in order, with those of its delegates. */
export function rulesOf(virtualService: Resource, protocol: string, cluster: Cluster): Rule[] {
  const groups =
    protocol === 'http'
      ? httpRuleGroupsOf(virtualService, cluster)
      : virtualService.spec.get(protocol).items.map(at => ({ at, rules: [at] }));
  return groups.flatMap(({ at, rules }) =>
    rules.map(applied => ({
      at,
      applied,
      matches: applied.get('match').items.map(match => ({ at: match, meaning: meaningOf(match) })),
    })),
  );
}

/** The VirtualServices that delegate to one, by the delegate. */
export const delegatingTo = memo((cluster: Cluster): ReadonlyMap<Resource, readonly Resource[]> => {
  const roots = new Map<Resource, Resource[]>();
  for (const root of cluster.all(Kind.VIRTUAL_SERVICE)) {
    new Set(httpRulesOf(root, cluster).map(each => each.resource)).forEach(each =>
      each === root ? undefined : addTo(roots, each, root),
    );
  }
  return roots;
});

/** The rule with its number, or its name if it has one; that of a delegate with its VirtualService. */
export function titleOf({ at, applied }: Rule): string {
  const { resource } = applied;
  const title = applied.get('name').text === '' ? String(applied) : `"${applied.get('name').text}"`;
  return resource === at.resource ? title : `${title} of ${resource.kind} ${resource.key}`;
}

/** Fields sorted by name at every level, without the name of the match itself. */
function meaningOf(match: Field): string {
  return JSON.stringify(
    sorted(
      Object.fromEntries(match.entries.filter(([name]) => name !== 'name').map(([name, field]) => [name, field.value])),
    ),
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, member]) => [name, sorted(member)]),
      )
    : value;
}
