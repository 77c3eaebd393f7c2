/**
 * Adds a value to the list of a key: in constant time, while copying the list for each value would take quadratic time.
 */
export function addTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) {
    list.push(value);
  } else {
    lists.set(key, [value]);
  }
}

/** The order of texts by their characters, the same on every machine. */
export function inOrder(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The first of the values, if none of them is undefined. */
export function firstIfAll<T>(values: readonly (T | undefined)[]): T | undefined {
  return values.includes(undefined) ? undefined : values[0];
}
