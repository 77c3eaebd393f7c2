/** All values that are one step smaller: with one element or field removed. */
function smaller(value: unknown): unknown[] {
  if (Array.isArray(value)) {
    const shorter = value.map((_, index) => value.filter((_each, other) => other !== index));
    return [
      ...shorter,
      ...value.flatMap((each, index) =>
        smaller(each).map(one => value.map((kept, other) => (other === index ? one : (kept as unknown)))),
      ),
    ];
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    return [
      ...entries.map(([name]) => Object.fromEntries(entries.filter(([other]) => other !== name))),
      ...entries.flatMap(([name, each]) => smaller(each).map(one => ({ ...value, [name]: one }))),
    ];
  }
  return [];
}

/**
 * The smallest value found in a number of attempts, by single steps, for which the condition is still true. An error
 * means false.
 */
export async function shrink<T>(value: T, holds: (value: T) => Promise<boolean>, tries: number): Promise<T> {
  let left = tries;
  let smallest = value;
  for (let candidates = smaller(smallest) as T[]; candidates.length > 0 && left > 0;) {
    const [candidate, ...others] = candidates;
    left--;
    if (candidate !== undefined && (await holds(candidate).catch(() => false))) {
      smallest = candidate;
      candidates = smaller(smallest) as T[];
    } else {
      candidates = others;
    }
  }
  return smallest;
}
