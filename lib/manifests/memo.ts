/**
 * A function of an object that is evaluated once for each object, as long as the object lives. Further arguments must
 * follow from it.
 */
export function memo<Of extends object, Rest extends readonly unknown[], Value>(
  evaluate: (of: Of, ...rest: Rest) => Value,
): (of: Of, ...rest: Rest) => Value {
  const values = new WeakMap<Of, { readonly value: Value }>();
  return (of, ...rest) => {
    let known = values.get(of);
    if (!known) {
      known = { value: evaluate(of, ...rest) };
      values.set(of, known);
    }
    return known.value;
  };
}

/** The same for an object and a key: evaluated once for each pair. Further arguments must follow from these two. */
export function memoByKey<Of extends object, Key, Rest extends readonly unknown[], Value>(
  evaluate: (of: Of, key: Key, ...rest: Rest) => Value,
): (of: Of, key: Key, ...rest: Rest) => Value {
  const keyed = memo(() => new Map<Key, { readonly value: Value }>());
  return (of, key, ...rest) => {
    const values = keyed(of);
    let known = values.get(key);
    if (!known) {
      known = { value: evaluate(of, key, ...rest) };
      values.set(key, known);
    }
    return known.value;
  };
}
