import { type Change, CHANGE_KINDS, changesOf, DIFF_FORMATS } from '../../lib/analysis';
import { noneOf } from '../../lib/checks';
import type { DiffValues } from './diff-options';
import { type Input, InputError, printNotes, readInput, withInputErrors } from './input';
import { withPath } from './revision';

/** Prints the effects of a change of manifests, and returns the exit code. */
export function diff(before: string, after: string, values: DiffValues): number {
  return withInputErrors(() => {
    const isFailing = failingOf(values);
    if (before === '-' && after === '-') {
      throw new InputError('The standard input is BEFORE or AFTER, not both.');
    }
    return withPath(before, old =>
      withPath(after, now => {
        const named = namesOf([
          [old, before],
          [now, after],
        ]);
        const read = (path: string): Input => named(() => readInput([path], values));
        const [was, is] = [read(old), read(now)];
        const notes = [...new Set([...was.notes, ...is.notes])].map(named.text);
        printNotes(notes);
        const unread = [...new Set([was, is].flatMap(each => each.cluster.unread))].map(named.text).sort();
        const changes = changesOf(was.cluster, is.cluster).map(each => ({
          ...each,
          place: each.place && { ...each.place, file: named.text(each.place.file) },
        }));
        process.stdout.write(DIFF_FORMATS.get(values.format)?.(changes, unread) ?? '');
        return changes.some(isFailing) ? 1 : 0;
      }),
    );
  });
}

function failingOf({ failOn, allow }: DiffValues): (change: Change) => boolean {
  if (failOn !== undefined && allow !== undefined) {
    throw new InputError('--fail-on and --allow exclude each other. Give one of them.');
  }
  const known = Object.keys(CHANGE_KINDS);
  const kinds = (failOn ?? allow ?? '')
    .split(',')
    .map(each => each.trim())
    .filter(each => each !== '');
  const option = failOn === undefined ? '--allow' : '--fail-on';
  const wrong = kinds.find(each => !known.includes(each) && !(option === '--fail-on' && each === 'any'));
  if (wrong !== undefined) {
    throw new InputError(noneOf(option, wrong, known));
  }
  return allow === undefined
    ? ({ kind }) => kinds.includes(kind) || kinds.includes('any')
    : ({ kind }) => !kinds.includes(kind);
}

/** The names that were given, in place of the paths that were read, in texts and in errors. */
function namesOf(pairs: readonly (readonly [path: string, name: string])[]) {
  const text = (value: string): string =>
    pairs.filter(([path, name]) => path !== name).reduce((all, [path, name]) => all.replaceAll(path, name), value);
  const attempt = <T>(run: () => T): T => {
    try {
      return run();
    } catch (error) {
      throw error instanceof InputError ? new InputError(text(error.message)) : error;
    }
  };
  return Object.assign(attempt, { text });
}
