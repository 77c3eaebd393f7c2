import { judge, MATRIX_FORMATS, parseRules, type Verdict, verdictsText } from '../../lib/analysis';
import { contextOf, TrafficMatrix } from '../../lib/dataplane';
import { printable, textOfFile } from '../../lib/manifests';
import { printNotes, readInput, withInputErrors } from './input';
import { InputError } from './input-error';
import type { MatrixValues } from './matrix-options';

/** Prints the matrix, or compares it with rules; returns the exit code. */
export function matrix(paths: readonly string[], values: MatrixValues): number {
  return withInputErrors(() => {
    const rules = values.assert === undefined ? undefined : parseRules(textOfFile(values.assert), values.assert);
    if (rules && values.format === 'csv') {
      throw new InputError('With --assert the format is table or json.');
    }
    const { cluster, notes } = readInput(paths, values);
    printNotes(notes);
    if (rules && cluster.unread.length > 0) {
      throw new InputError(
        `Rules hold for what is read alone, and this is not: ${cluster.unread.join(', ')}. Pass --build, or only what `
          + 'is applied.',
      );
    }
    const { reaches } = new TrafficMatrix(contextOf(cluster));
    if (!rules) {
      process.stdout.write(MATRIX_FORMATS.get(values.format)?.(reaches) ?? '');
      return 0;
    }
    const verdicts = judge(rules, reaches, cluster);
    process.stdout.write(values.format === 'json' ? jsonOf(verdicts) : verdictsText(verdicts));
    return verdicts.some(each => each.violations.length > 0) ? 1 : 0;
  });
}

function jsonOf(verdicts: readonly Verdict[]): string {
  const entries = verdicts.map(({ rule: { name, expectation, place }, violations }) => ({
    name,
    expectation,
    holds: violations.length === 0,
    violations,
    ...place,
  }));
  return `${JSON.stringify(entries, (_key, each: unknown) => (typeof each === 'string' ? printable(each) : each), 2)}\n`;
}
