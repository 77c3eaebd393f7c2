/**
 * The same sample in each run, so that a commit fails for what it changes. Nightly another one, ten times as large: the
 * message of a failure has its seed.
 */
export function runs(numRuns: number, seed: number): { readonly numRuns: number; readonly seed?: number } {
  return process.env.CARDINAL_NIGHTLY === '1' ? { numRuns: 10 * numRuns } : { numRuns, seed };
}
