const MOST = 5;

/** Names as a list in a sentence; of many, the first few and the number of the others. */
export function listed(names: readonly string[]): string {
  return names.length <= MOST + 1
    ? names.join(' and ')
    : `${names.slice(0, MOST).join(', ')} and ${names.length - MOST} more`;
}

/**
 * The names of all members of a group except one, in constant time, so that listing the others for each member stays
 * linear.
 */
export function othersOf<T>(one: T, all: readonly T[], nameOf: (each: T) => string): string {
  const first = all
    .slice(0, MOST + 2)
    .filter(each => each !== one)
    .map(nameOf);
  const left = all.length - 1 - MOST;
  return left <= 1 ? first.join(' and ') : `${first.slice(0, MOST).join(', ')} and ${left} more`;
}

/** The first few distinct names of a lazy sequence, which is consumed no further. */
export function fewOf(names: Iterable<string>): string[] {
  const found = new Set<string>();
  for (const name of names) {
    found.add(name);
    if (found.size === MOST) {
      break;
    }
  }
  return [...found];
}
