import { adviseManifests } from '../../lib/advice';
import { printableLine } from '../../lib/manifests';
import type { AdviseValues } from './advise-options';
import { printNotes, readInput, withInputErrors } from './input';

/** Prints which tier manifests need, and returns the exit code. */
export function advise(paths: readonly string[], values: AdviseValues): number {
  return withInputErrors(() => {
    const { cluster, notes } = readInput(paths, values);
    printNotes(notes);
    const advice = adviseManifests(cluster, values);
    const lines = advice.toString().trimEnd().split('\n');
    process.stdout.write(lines.map(line => `${printableLine(line)}\n`).join(''));
    return advice.warnings.length > 0 ? 1 : 0;
  });
}
