import { type Operation, type PathPattern, type Region, regionsOf } from '../topology';

/**
 * The requests that match an operation of an edge, as disjoint header matches of Envoy's rate limits: each request
 * matches at most one, and all of them have the operation as descriptor value.
 * @param others the operations of the edge
 */
export function matchesOf(operation: Operation, others: readonly Operation[]): object[] {
  const value = operation.toString();
  return regionsOf(operation, others).map(region => ({ descriptor_value: value, headers: headersOf(region) }));
}

function headersOf({ method, notMethods, path, notPaths }: Region): object[] {
  return [
    ...(method ? [{ name: ':method', string_match: { exact: method } }] : []),
    ...notMethods.map(each => ({ name: ':method', string_match: { exact: each }, invert_match: true })),
    pathMatch(path),
    ...notPaths.map(each => ({ ...pathMatch(each), invert_match: true })),
  ];
}

/** Envoy's `:path` includes the query, which a path parameter must not match: clients control it. */
function pathMatch(path: PathPattern): object {
  return { name: ':path', string_match: { safe_regex: { regex: `${path.toRegex('?')}(\\?.*)?` } } };
}
