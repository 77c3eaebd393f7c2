import type { Operation } from './operation';
import type { PathPattern } from './path-pattern';
import type { RequestMatch } from './request-match';

/** A part of the requests of an operation, by method and path. */
export interface Region {
  /** The HTTP method; undefined is any but `notMethods`. */
  readonly method?: string;
  /** The methods that other operations match first; empty where `method` is given. */
  readonly notMethods: readonly string[];
  /** The path of the operation. */
  readonly path: PathPattern;
  /** The paths that other operations match first. */
  readonly notPaths: readonly PathPattern[];
}

/**
 * Whether, of two operations that match a request, the first one is matched. The path decides, segment by segment from
 * the left: a literal before a parameter, a parameter before the rest of the path. Of one path, a method comes before
 * any method. The order of declaration never matters. For each request this is a total order, since two operations that
 * are equal in all of it match the same requests.
 */
export function precedes(one: Operation, other: Operation): boolean {
  const order = one.path.compareSpecificity(other.path);
  return order < 0 || (order === 0 && one.method !== undefined && other.method === undefined);
}

/** What of a rule of an edge decides about its precedence. */
export interface MatchedRule {
  /** The method and path. */
  readonly operation: Operation;
  /** The conditions; undefined for none. */
  readonly match?: RequestMatch;
}

/**
 * Whether, of two rules that match a request, the first one is matched: by their operations, then by more conditions on
 * headers, then by more on query parameters.
 */
export function rulePrecedes(one: MatchedRule, other: MatchedRule): boolean {
  if (one.operation.requests !== other.operation.requests) {
    return precedes(one.operation, other.operation);
  }
  const [headers, parameters] = (['headers', 'queryParams'] as const).map(
    name => (one.match?.[name]?.length ?? 0) - (other.match?.[name]?.length ?? 0),
  );
  return (headers || parameters || 0) > 0;
}

/** The requests for which an operation is matched: all of its own without those that more specific ones match. */
export function regionsOf(own: Operation, others: readonly Operation[]): Region[] {
  const earlier = others.filter(other => other.overlaps(own) && precedes(other, own));
  const methods = own.method === undefined ? [...new Set(earlier.flatMap(({ method }) => method ?? []))].sort() : [];
  const regionOf = (method: string | undefined, notMethods: readonly string[]) => ({
    method,
    notMethods,
    path: own.path,
    notPaths: earlier.filter(other => other.method === undefined || other.method === method).map(({ path }) => path),
  });
  return [...methods.map(method => regionOf(method, [])), regionOf(own.method, methods)].filter(
    ({ notPaths }) => !notPaths.some(path => path.covers(own.path)),
  );
}
