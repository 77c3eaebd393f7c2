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
