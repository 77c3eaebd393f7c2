/** A sentence with the names most similar to an unknown one; empty if none is similar. */
export function suggestion(name: string, names: readonly string[]): string {
  const given = name.toLowerCase().slice(0, 64);
  const most = Math.max(2, Math.floor(given.length / 3));
  const similar = names
    .filter(each => Math.abs(each.length - given.length) <= most)
    .map(each => [each, distance(given, each.toLowerCase())] as const)
    .filter(([, far]) => far <= most);
  const least = Math.min(...similar.map(([, far]) => far));
  const near = similar
    .filter(([, far]) => far === least)
    .map(([each]) => each)
    .slice(0, 3);
  return near.length > 0 ? ` Did you mean ${near.join(', ')}?` : '';
}

/** Whether a name is a slip for another one, rather than a name of its own: few characters differ. */
export function isSlip(name: string, other: string): boolean {
  return distance(name.toLowerCase(), other.toLowerCase()) <= Math.max(1, Math.floor(other.length / 6));
}

/** The edit distance: the number of characters to insert, remove or replace. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const diagonal = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, diagonal));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
