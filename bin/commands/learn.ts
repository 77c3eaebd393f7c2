import { compared, learnedText, Learning, UnknownObservations } from '../../lib/analysis';
import { counted, textOfFile } from '../../lib/manifests';
import { printNotes, readInput, withInputErrors } from './input';
import { InputError } from './input-error';
import type { LearnValues } from './learn-options';

/** Prints the calls that were observed, and returns the exit code. */
export function learn(files: readonly string[], values: LearnValues): number {
  return withInputErrors(() => {
    const { caller = '', manifests } = values;
    const learning = new Learning();
    for (const file of files) {
      try {
        learning.add(textOfFile(file), caller);
      } catch (error) {
        throw error instanceof UnknownObservations ? new InputError(`${file}: ${error.message}`) : error;
      }
    }
    const observations = learning.calls();
    if (observations.calls.length === 0) {
      throw new InputError(
        'No request has both a caller and a callee. Access logs need the prefix of kubectl logs --prefix, or --caller; '
          + 'spans need service.name, and metrics source_workload.',
      );
    }
    process.stdout.write(learnedText(observations));
    if (learning.unparsed > 0) {
      printNotes([
        `${counted(learning.unparsed, 'line')} of JSON cannot be parsed, as where a file is cut off: requests are missing.`,
      ]);
    }
    if (manifests === undefined) {
      return 0;
    }
    const { cluster, notes } = readInput(manifests, values);
    const { undeclared, unseen } = compared(observations, cluster);
    printNotes([
      ...notes,
      ...undeclared.map(each => `Not permitted by the manifests: ${each}`),
      ...unseen.map(each => `Permitted, and not observed: ${each}`),
    ]);
    return undeclared.length > 0 ? 1 : 0;
  });
}
