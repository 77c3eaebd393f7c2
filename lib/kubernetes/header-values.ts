import type { HeaderValues } from '../topology';

/** The names and values of headers in the order of their names. Envoy replaces `%NAME%` in values, so `%` is escaped. */
export function literalValues(values: HeaderValues): [name: string, value: string][] {
  return Object.entries(values)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => [name, value.replaceAll('%', '%%')]);
}
