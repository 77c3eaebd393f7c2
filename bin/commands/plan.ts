import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dump } from 'js-yaml';
import {
  argoFolders,
  type Files,
  fluxFolders,
  type Plan,
  planJson,
  planOf,
  planText,
  stepFolders,
} from '../../lib/analysis';
import type { Cluster } from '../../lib/manifests';
import { printNotes, withInputErrors } from './input';
import { InputError } from './input-error';
import { readWholePair } from './pair';
import type { PlanValues } from './plan-options';

/**
 * Prints the steps that lead from each of some states to the next, and returns the exit code: 1 if any of them loses
 * requests.
 */
export function plan(states: readonly string[], values: PlanValues): number {
  return withInputErrors(() => {
    requireUsableOptions(states, values);
    const printed: string[] = [];
    const codes = states.slice(1).map((after, index) => {
      const { was, is, notes } = readWholePair(states[index] ?? '', after, values);
      printNotes(notes);
      const result = planOf(was, is);
      printed.push(values.format === 'json' ? planJson(result) : planText(result));
      writeFolders(result, was, values);
      return result.losses.length > 0 ? 1 : 0;
    });
    process.stdout.write(values.format === 'json' ? jsonOf(printed) : textOf(printed, states));
    return codes.includes(1) ? 1 : 0;
  });
}

function requireUsableOptions(states: readonly string[], { out, layout }: PlanValues): void {
  if (states.length > 2 && (out !== undefined || states.includes('-'))) {
    throw new InputError(
      out === undefined
        ? 'The standard input is BEFORE or AFTER, and can be neither with further states.'
        : '--out has the steps of one change. Give one state before and one after it.',
    );
  }
  if (out !== undefined && existsSync(out)) {
    throw new InputError(`${out} exists. Choose a folder that does not, so that no file of another plan is in it.`);
  }
  if (out === undefined && layout !== 'steps') {
    throw new InputError(`--layout ${layout} is the layout of --out, which is missing.`);
  }
}

/** The plans, of several each below the states that it is for. */
function textOf(plans: readonly string[], states: readonly string[]): string {
  return plans.length === 1
    ? plans.join('')
    : plans.map((text, index) => `${states[index]} → ${states[index + 1]}\n${text}`).join('\n');
}

/** The plan, or an array of several. */
function jsonOf(plans: readonly string[]): string {
  return plans.length === 1 ? plans.join('') : `[\n${plans.map(each => each.trimEnd()).join(',\n')}\n]\n`;
}

function writeFolders({ steps }: Plan, before: Cluster, { out, layout }: PlanValues): void {
  if (out !== undefined) {
    const files = {
      steps: () => stepFolders(steps),
      argocd: () => argoFolders(steps, before),
      flux: () => fluxFolders(steps, before, './deployed'),
    };
    write(out, files[layout]());
  }
}

function write(folder: string, files: Files): void {
  for (const [name, objects] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), objects.map(each => dump(each, { noRefs: true, lineWidth: -1 })).join('---\n'));
  }
}
