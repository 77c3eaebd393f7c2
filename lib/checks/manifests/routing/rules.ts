import type { Field } from '../../../manifests';

/** A match of a rule, with its content without its name, by which equal matches are found. */
export interface Match {
  readonly at: Field;
  readonly meaning: string;
}

/** A rule of a VirtualService; it has no matches if it applies to all requests. */
export interface Rule {
  readonly at: Field;
  readonly matches: readonly Match[];
}

/** The rules of a VirtualService for one kind of traffic, in order. */
export function rulesOf(spec: Field, protocol: string): Rule[] {
  return spec.get(protocol).items.map(at => ({
    at,
    matches: at.get('match').items.map(match => ({ at: match, meaning: meaningOf(match) })),
  }));
}

/** The rule with its number, or its name if it has one. */
export function titleOf({ at }: { readonly at: Field }): string {
  return at.get('name').text === '' ? String(at) : `"${at.get('name').text}"`;
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
