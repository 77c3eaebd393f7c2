import { type Operation, type PathPattern, type Region, regionsOf } from '../topology';

/**
 * The requests for which an operation of an edge is matched, as Envoy's rate limits tell them apart: by matches of which
 * each request has one at most, all with the operation's own name.
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

/** Envoy's `:path` has the query in it, which a parameter must not reach into: clients write it. */
function pathMatch(path: PathPattern): object {
  return { name: ':path', string_match: { safe_regex: { regex: `${path.toRegex('?')}(\\?.*)?` } } };
}
