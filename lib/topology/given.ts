/**
 * A copy of the properties of a declaration, with its lists and maps: later changes to them do not affect what was
 * declared. Instances of classes, which are immutable, are kept.
 */
export function given<T>(value: T): T {
  return copyOf(value) as T;
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    return Object.freeze(value.map(copyOf));
  }
  return isPlainObject(value)
    ? Object.freeze(Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copyOf(each)])))
    : value;
}

/** Whether a value is an object without a class of its own, such as a literal. */
export function isPlainObject(value: unknown): value is object {
  return (
    typeof value === 'object'
    && value !== null
    && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)
  );
}
