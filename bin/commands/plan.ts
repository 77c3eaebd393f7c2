import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dump } from 'js-yaml';
import { argoFolders, type Files, fluxFolders, planJson, planOf, planText, stepFolders } from '../../lib/analysis';
import { printNotes, withInputErrors } from './input';
import { InputError } from './input-error';
import { readWholePair } from './pair';
import type { PlanValues } from './plan-options';

/** Prints the steps of a change of manifests, and returns the exit code. */
export function plan(before: string, after: string, values: PlanValues): number {
  return withInputErrors(() => {
    const { out, layout, format } = values;
    if (out !== undefined && existsSync(out)) {
      throw new InputError(`${out} exists. Choose a folder that does not, so that no file of another plan is in it.`);
    }
    if (out === undefined && layout !== 'steps') {
      throw new InputError(`--layout ${layout} is the layout of --out, which is missing.`);
    }
    const { was, is, notes } = readWholePair(before, after, values);
    printNotes(notes);
    const result = planOf(was, is);
    process.stdout.write(format === 'json' ? planJson(result) : planText(result));
    if (out !== undefined) {
      const { steps } = result;
      write(
        out,
        layout === 'steps'
          ? stepFolders(steps)
          : layout === 'argocd'
            ? argoFolders(steps, was)
            : fluxFolders(steps, was, './deployed'),
      );
    }
    return result.losses.length > 0 ? 1 : 0;
  });
}

function write(folder: string, files: Files): void {
  for (const [name, objects] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), objects.map(each => dump(each, { noRefs: true, lineWidth: -1 })).join('---\n'));
  }
}
