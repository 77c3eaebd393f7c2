import { percent } from '../../dataplane';
import { countsOf } from '../findings';
import { PARTIAL, type PictureCall, type PictureNode } from './model';

/** The lines of a box: its name, its versions with their weights, and its findings. */
export function linesOf({ label, versions, findings }: PictureNode): string[] {
  const [first] = versions;
  const isPlain = versions.length === 1 && first?.shares.length === 0 && first.label === label;
  const shown = versions.length > MOST_VERSIONS ? versions.slice(0, MOST_VERSIONS - 1) : versions;
  const errors = findings.filter(each => each.severity === 'error').length;
  const warnings = findings.filter(each => each.severity === 'warning').length;
  return [
    label,
    ...(isPlain || (versions.length === 1 && first?.shares.length === 0)
      ? []
      : shown.map(each => `${each.label} ${each.shares.map(percent).join(' or ')}`.trim())),
    ...(shown.length < versions.length ? [`${versions.length - shown.length} more`] : []),
    ...countsOf(errors, warnings),
  ];
}

const MOST_VERSIONS = 4;

/** The lines of the terms at an arrow: dashes stand for what is allowed in part. */
export function termsOf({ terms, before, difference }: PictureCall): string[] {
  const drawn = (all: readonly string[], besides: readonly string[]) =>
    all.filter(each => each !== PARTIAL && !besides.includes(each)).flatMap(wrapped);
  const old = before ?? [];
  return difference === 'changed'
    ? ['before:', ...drawn(old, terms), 'after:', ...drawn(terms, old)]
    : drawn(terms, []);
}

function wrapped(text: string): string[] {
  return text.split(' ').reduce((lines: string[], word) => {
    const last = lines.at(-1);
    const isRoom = last !== undefined && last.length + word.length < CHARACTERS;
    return isRoom ? [...lines.slice(0, -1), `${last} ${word}`] : [...lines, word];
  }, []);
}

const CHARACTERS = 24;
