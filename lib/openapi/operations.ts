import { type Edge, Operation, type PathPattern, type Route, ValidationError } from '../topology';

/** The methods that a route of any method becomes: OpenAPI has no other way to write them. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** A method of a path in an API document. */
export interface ApiOperation {
  /** Unique in the document: `get-products-id`. */
  readonly id: string;
  /** In lower case. */
  readonly method: string;
  readonly path: PathPattern;
  readonly route: Route;
}

/**
 * The route table of an edge as operations of one method each. A method of a path belongs to the route of this method,
 * else to the one of any method; a prefix is its path and all paths below it. Paths that differ only in the names of
 * their parameters have the names that were declared first.
 */
export function operationsOf({ routes }: Edge): ApiOperation[] {
  const paths = new Map<string, PathPattern>();
  const operations = new Map<string, Omit<ApiOperation, 'id'>>();
  for (const route of [...routes].sort(specificMethodFirst)) {
    for (const path of withoutPrefix(route.operation)) {
      const named = paths.get(path.toRegex()) ?? path;
      paths.set(path.toRegex(), named);
      for (const method of route.operation.method === undefined ? METHODS : [route.operation.method]) {
        const key = `${method} ${named.text}`;
        if (!operations.has(key)) {
          operations.set(key, { method: method.toLowerCase(), path: named, route });
        }
      }
    }
  }
  return withIds([...operations.values()]);
}

/** Routes of a prefix come last, since their paths may be those of other routes. */
function specificMethodFirst({ operation: one }: Route, { operation: other }: Route): number {
  const rank = ({ method, path }: Operation) => (path.isPrefix ? 2 : 0) + (method === undefined ? 1 : 0);
  return rank(one) - rank(other);
}

function withoutPrefix({ path }: Operation): PathPattern[] {
  if (!path.isPrefix) {
    return [path];
  }
  const stem = path.stem?.text ?? '';
  return [stem === '' ? '/' : stem, `${stem}/{rest+}`].map(text => Operation.http(`GET ${text}`).path);
}

function withIds(operations: readonly Omit<ApiOperation, 'id'>[]): ApiOperation[] {
  const taken = new Set<string>();
  return operations.map(each => {
    const plain = `${each.method}-${each.path.text}`
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/-$/, '');
    let id = plain;
    for (let count = 2; taken.has(id); count++) {
      id = `${plain}-${count}`;
    }
    taken.add(id);
    return { id, ...each };
  });
}

/** Throws for what the API of a vendor does not support. */
export function unsupported(path: string, summary: string, fix: string): ValidationError {
  return new ValidationError({ code: 'LimitOfApi', path, summary, fix });
}
