/** The best of some runs, in seconds. */
export function best(runs: number, work: () => void): number {
  return Math.min(
    ...Array.from({ length: runs }, () => {
      const started = process.hrtime.bigint();
      work();
      return Number(process.hrtime.bigint() - started) / 1e9;
    }),
  );
}
