import { counted, printable, printableLine } from '../../manifests';
import { type Change, CHANGE_KINDS, type ChangeKind } from './changes';

/** The formats of a difference: of the changes, and of what was not read. */
export const DIFF_FORMATS: ReadonlyMap<string, (changes: readonly Change[], unread: readonly string[]) => string> =
  new Map([
    ['text', textOf],
    ['json', jsonOf],
    ['markdown', markdownOf],
  ]);

function textOf(changes: readonly Change[], unread: readonly string[]): string {
  const width = Math.max(...Object.keys(CHANGE_KINDS).map(each => each.length));
  const lines = [
    ...changes.flatMap(({ kind, text, details, place }) => [
      `${kind.padEnd(width)}  ${text}${place ? ` [${place.file}:${place.line}]` : ''}`,
      ...details.map(each => `${' '.repeat(width + 4)}${each}`),
    ]),
    ...unread.map(each => `Not read: ${each}`),
    summaryOf(changes),
  ];
  return lines.map(each => `${printableLine(each)}\n`).join('');
}

function jsonOf(changes: readonly Change[], unread: readonly string[]): string {
  const value = {
    changes: changes.map(({ kind, text, details, place }) => ({
      kind,
      text,
      details,
      file: place?.file ?? null,
      line: place?.line ?? null,
      column: place?.column ?? null,
    })),
    unread,
  };
  return `${JSON.stringify(value, (_key, each: unknown) => (typeof each === 'string' ? printable(each) : each), 2)}\n`;
}

/** The longest comment that GitHub and GitLab accept has 65,536 characters. */
const MOST = 60_000;

function markdownOf(changes: readonly Change[], unread: readonly string[]): string {
  const traffic = changes.filter(each => each.kind !== 'object');
  const objects = changes.filter(each => each.kind === 'object');
  const lines = [
    '### Traffic',
    '',
    ...(traffic.length === 0 ? [withoutEffect(objects)] : ['| change | what |', '|---|---|', ...traffic.map(rowOf)]),
    '',
    ...(unread.length === 0 ? [] : [`Not read: ${unread.map(code).join(', ')}`, '']),
    ...(objects.length === 0
      ? []
      : [
          `<details><summary>${counted(objects.length, 'object')}</summary>`,
          '',
          ...objects.map(each => `- ${[each.text, ...each.details].map(code).join('<br>')}`),
          '',
          '</details>',
        ]),
  ];
  return `${within(lines).join('\n').trimEnd()}\n`;
}

/** That objects which decide about requests have no effect is not certain, if the comparison found none. */
function withoutEffect(objects: readonly Change[]): string {
  const uncovered = objects.filter(each => each.isOfTraffic).map(each => code(each.text));
  return uncovered.length === 0
    ? 'The change has no effect on traffic.'
    : `The comparison found no change of traffic. It did not cover: ${uncovered.join(', ')}`;
}

function rowOf({ kind, text, details }: Change): string {
  return `| **${kind}** | ${[text, ...details].map(code).join('<br>')} |`;
}

/** Untrusted text as code, in a table too: no link, mention or markup in it is rendered. */
function code(text: string): string {
  const safe = printableLine(text).replaceAll('|', '\\|');
  const fence = '`'.repeat(Math.max(0, ...[...safe.matchAll(/`+/g)].map(([each]) => each.length)) + 1);
  return fence.length === 1 ? `\`${safe}\`` : `${fence} ${safe} ${fence}`;
}

function within(lines: readonly string[]): string[] {
  let length = 0;
  const kept = lines.filter(each => (length += each.length + 1) <= MOST);
  return kept.length === lines.length
    ? kept
    : [...kept, '', `${lines.length - kept.length} further lines are left out.`];
}

function summaryOf(changes: readonly Change[]): string {
  const kinds = Object.keys(CHANGE_KINDS) as ChangeKind[];
  const counts = kinds
    .map(kind => [kind, changes.filter(each => each.kind === kind).length] as const)
    .filter(([, number]) => number > 0);
  return counts.length === 0 ? 'No changes' : counts.map(([kind, number]) => `${number} ${kind}`).join(', ');
}
