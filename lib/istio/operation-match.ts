import type { Operation } from '../topology';

/** An operation as Envoy's rate limits tell it apart, under its own name. Envoy's `:path` has the query in it. */
export function matchOf(operation: Operation): object {
  return {
    descriptor_value: operation.toString(),
    headers: [
      ...(operation.method ? [{ name: ':method', string_match: { exact: operation.method } }] : []),
      { name: ':path', string_match: { safe_regex: { regex: `${operation.path.toRegex()}(\\?.*)?` } } },
    ],
  };
}
