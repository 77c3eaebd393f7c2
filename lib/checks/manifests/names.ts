const MOST = 5;

/** Names as people list them; of many, the first few and how many more. */
export function listed(names: readonly string[]): string {
  return names.length <= MOST + 1 ? names.join(' and ') : `${names.slice(0, MOST).join(', ')} and ${names.length - MOST} more`;
}

/** The names of all of a group but one: in constant time, so that naming the others of each costs no more than the group is long. */
export function othersOf<T>(one: T, all: readonly T[], nameOf: (each: T) => string): string {
  const first = all.slice(0, MOST + 2).filter(each => each !== one).map(nameOf);
  const left = all.length - 1 - MOST;
  return left <= 1 ? first.join(' and ') : `${first.slice(0, MOST).join(', ')} and ${left} more`;
}

/** The first few names that differ, for who finds them one by one: it looks for no more than that. */
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
