import { CHECKS, checkManifests } from '../lib/checks';
import { Cluster, type KubernetesObject, resourcesOf } from '../lib/manifests';
import { cpuSeconds } from './best';
import { namespace, times } from './shape-objects';
import { SHAPES } from './shapes';

/**
 * How the time of all checks grows with the number of objects, over shapes that invite comparing each with each: sizes
 * doubled three times, and the exponent of the growth, which is 1 where it is linear.
 * Usage: tsx bench/scaling.ts [SHAPE]
 */
const SMALLEST = 250;
const DOUBLINGS = 3;
const LIMIT = 1.2;

const [only] = process.argv.slice(2);
let isSlow = false;
for (const [name, make] of Object.entries(SHAPES).filter(([each]) => only === undefined || each === only)) {
  const sizes = times(DOUBLINGS + 1, index => SMALLEST * 2 ** index);
  const seconds = sizes.map(size =>
    secondsOf(() => checkManifests(new Cluster(resourcesOf([namespace, ...make(size)])))),
  );
  const exponent = Math.log2((seconds.at(-1) ?? NaN) / (seconds[0] ?? NaN)) / DOUBLINGS;
  const slowest = exponent > LIMIT ? `  ${slowestOf(make)}` : '';
  isSlow ||= exponent > LIMIT;
  console.log(
    name.padEnd(34)
      + seconds.map(each => `${each.toFixed(2)} s`.padStart(9)).join('')
      + exponent.toFixed(2).padStart(7)
      + slowest,
  );
}
process.exitCode = isSlow ? 1 : 0;

/** The better of two. */
function secondsOf(run: () => unknown): number {
  return Math.min(...times(2, () => cpuSeconds(run)));
}

/** The check with the largest exponent of those that take a noticeable time. */
function slowestOf(make: (size: number) => KubernetesObject[]): string {
  const [small, large] = [2, DOUBLINGS].map(index => {
    const cluster = new Cluster(resourcesOf([namespace, ...make(SMALLEST * 2 ** index)]));
    checkManifests(cluster);
    return CHECKS.map(each => secondsOf(() => [...each.find(cluster)]));
  });
  const grown = CHECKS.map(({ id }, index) => ({ id, before: small?.[index] ?? 0, after: large?.[index] ?? 0 }));
  const [worst] = grown.sort((a, b) => b.after - a.after);
  return worst ? `${worst.id}: ${worst.before.toFixed(2)} s, ${worst.after.toFixed(2)} s` : '';
}
