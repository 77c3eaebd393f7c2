import { type Change, CHANGE_KINDS, changesOf, DIFF_FORMATS } from '../../lib/analysis';
import { noneOf } from '../../lib/checks';
import type { DiffValues } from './diff-options';
import { printNotes, withInputErrors } from './input';
import { InputError } from './input-error';
import { readPair } from './pair';

/** Prints the effects of a change of manifests, and returns the exit code. */
export function diff(before: string, after: string, values: DiffValues): number {
  return withInputErrors(() => {
    const isFailing = failingOf(values);
    const { was, is, notes } = readPair(before, after, values);
    printNotes(notes);
    const unread = [...new Set([was, is].flatMap(each => each.unread))].sort();
    const changes = changesOf(was, is);
    process.stdout.write(DIFF_FORMATS.get(values.format)?.(changes, unread) ?? '');
    return changes.some(isFailing) ? 1 : 0;
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
