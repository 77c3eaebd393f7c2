/** The error message for an invalid value of an option. */
export function noneOf(option: string, value: string, values: readonly string[]): string {
  return `${option} ${value} is not one of ${values.join(', ')}.${suggestion(value, values)}`;
}

/** A sentence with the names most similar to an unknown one; empty if none is similar. */
export function suggestion(name: string, names: readonly string[]): string {
  const given = name.toLowerCase().slice(0, 64);
  const distances = names.map(each => [each, distance(given, each.toLowerCase())] as const);
  const least = Math.min(...distances.map(([, far]) => far));
  const near = distances
    .filter(([, far]) => far === least)
    .map(([each]) => each)
    .slice(0, 3);
  return least <= Math.max(2, Math.floor(given.length / 3)) ? ` Did you mean ${near.join(', ')}?` : '';
}

/** The edit distance: the number of characters to insert, remove or replace. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    row = row.reduce((next: number[], above, j) => {
      const diagonal = (row[j - 1] ?? 0) + (letter === b[j - 1] ? 0 : 1);
      return [...next, j === 0 ? i + 1 : Math.min(above + 1, (next[j - 1] ?? 0) + 1, diagonal)];
    }, []);
  }
  return row[b.length] ?? 0;
}
