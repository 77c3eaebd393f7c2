/**
 * A copy of what a declaration is given, with its lists and maps: a change that is made to them later changes nothing that was declared. Instances of
 * classes, which do not change, are kept.
 */
export function given<T>(value: T): T {
  return copyOf(value) as T;
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    return Object.freeze(value.map(copyOf));
  }
  return isPlain(value) ? Object.freeze(Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copyOf(each)]))) : value;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
}
