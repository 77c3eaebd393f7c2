import { array, constantFrom, type Arbitrary, oneof, record, tuple, uniqueArray } from 'fast-check';
import type { Edge, Front } from '../../lib';
import { declared } from '../aws/support';

export const METHODS = ['GET', 'POST', 'DELETE', 'PATCH'] as const;
export const words = constantFrom('a', 'b', 'c', 'live');

/** A route of an edge. */
export interface Declared {
  readonly method: string;
  readonly path: string;
}

/** Paths of one shape differ in no parameter's name, or AWS would refuse the API. */
const patterns: Arbitrary<string> = tuple(
  array(oneof(words, constantFrom('{}')), { maxLength: 3 }),
  constantFrom(false, false, true),
).map(([parts, takesRest]) => {
  const named = parts.map((part, index) => (part === '{}' ? `{p${index}}` : part));
  return `/${[...named, ...(takesRest ? [`{p${parts.length}+}`] : [])].join('/')}`;
});

/** The routes of an edge that AWS takes. */
export const routes: Arbitrary<Declared[]> = uniqueArray(
  record({ method: constantFrom('ANY', ...METHODS), path: patterns }),
  { minLength: 1, maxLength: 6, selector: ({ method, path }) => `${method} ${path.replaceAll('+', '')}` },
)
  // A parameter and the rest of a path are no siblings in a REST API.
  .filter(
    all =>
      !all.some(one =>
        all.some(
          other =>
            one.path !== other.path
            && one.path.replaceAll('+', '').startsWith(other.path.replaceAll('+', ''))
            && other.path.endsWith('+}'),
        ),
      ),
  );

/** An edge with these routes. */
export function edgeOf(all: readonly Declared[], front?: Front): Edge {
  const { edge, web } = declared(front ? { front } : {});
  all.forEach(({ method, path }) => edge.route(`${method} ${path}`, web));
  return edge;
}
