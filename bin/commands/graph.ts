import { GRAPH_FORMATS, graphOf } from '../../lib/analysis';
import type { GraphValues } from './graph-options';
import { printNotes, readInput, withInputErrors } from './input';

/** Prints the graph of manifests, and returns the exit code. */
export function graph(paths: readonly string[], values: GraphValues): number {
  return withInputErrors(() => {
    const { cluster, notes } = readInput(paths, values);
    printNotes(notes);
    process.stdout.write(GRAPH_FORMATS.get(values.format)?.(graphOf(cluster, values.findings)) ?? '');
    return 0;
  });
}
