/** The number of cases of a property: the nightly run has more of them, since it looks for what is rare. */
export function runs(usual: number, nightly: number): number {
  return process.env.CARDINAL_NIGHTLY === '1' ? nightly : usual;
}
