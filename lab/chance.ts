/** The confidence interval for the number of successes in `n` trials with probability `p`. */
export function binomialInterval(
  n: number,
  p: number,
  confidence: number,
): { readonly least: number; readonly most: number } {
  const tail = (1 - confidence) / 2;
  return { least: quantile(n, p, tail), most: n - quantile(n, 1 - p, tail) };
}

/** The largest count with a cumulative probability below `tail`. */
function quantile(n: number, p: number, tail: number): number {
  let [below, logTerm] = [0, n * Math.log(1 - p)];
  for (let count = 0; count <= n; count++) {
    below += Math.exp(logTerm);
    if (below > tail) {
      return count;
    }
    logTerm += Math.log(((n - count) / (count + 1)) * (p / (1 - p)));
  }
  return n;
}
