/** The segments of a path: `/a/b` has two, `/` an empty one. */
export function segmentsOf(path: string): string[] {
  return path.replace(/^\//, '').split('/');
}

/** A path pattern. */
export interface PathMatch {
  readonly parameters: Readonly<Record<string, string>>;
  /** The precedence of matches of one path, the most specific first: greedy or not, then each segment. */
  readonly rank: readonly number[];
}

const LITERAL = 0;
const PARAMETER = 1;
const REST = 2;

/**
 * Matches a path with a pattern such as `/pets/{id}` or `/static/{file+}`; a parameter does not match an empty segment.
 */
export function matchPath(pattern: string, path: string): PathMatch | undefined {
  const parameters: [string, string][] = [];
  const rank: number[] = [];
  const segments = segmentsOf(path);
  const parts = segmentsOf(pattern);
  for (const [index, part] of parts.entries()) {
    const segment = segments[index];
    const { name, isRest } = parameterIn(part);
    if (segment === undefined || (name === undefined && segment !== part) || (name !== undefined && segment === '')) {
      return undefined;
    }
    if (name !== undefined) {
      parameters.push([name, isRest ? segments.slice(index).join('/') : segment]);
    }
    rank.push(name === undefined ? LITERAL : isRest ? REST : PARAMETER);
  }
  const takesRest = rank.at(-1) === REST;
  return takesRest || segments.length === parts.length
    ? { parameters: Object.fromEntries(parameters), rank: [takesRest ? 1 : 0, ...rank] }
    : undefined;
}

/** The parameter of a pattern segment, if it is one. */
export function parameterIn(part: string): { readonly name?: string; readonly isRest: boolean } {
  const [, name, plus] = /^\{(.+?)(\+?)\}$/.exec(part) ?? [];
  return { name, isRest: plus === '+' };
}

/** Orders ranks, the most specific first. */
export function compareRanks(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((each, at) => each !== b[at]);
  return index < 0 ? a.length - b.length : (a[index] ?? 0) - (b[index] ?? LITERAL);
}

/** The values of a query parameter. */
export function queryValues(query: string, name: string): string[] {
  return new URLSearchParams(query).getAll(name);
}

/** A decoded path parameter. */
export function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
