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

/** The time of the processor that some work takes, in seconds: other programs of the machine do not count. */
export function cpuSeconds(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
