/**
 * Characters that could change the output around them: controls, line and paragraph separators, directional marks,
 * invisible characters, lone surrogates.
 */
const UNPRINTABLE = new RegExp(
  [
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}\u115F\u1160\u3164\uFFA0]/u,
    /[\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}]/u,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gu',
);
/** What the runners of GitHub and Azure execute as a command anywhere in a line: `##[error]`, `##vso[…]`. */
const COMMAND = /##(?=[\w.-]*\[)/g;

/**
 * Untrusted text as part of a line of output: it cannot end the line, begin a command of a CI system in it, or colour
 * or reverse what follows. Such characters are escaped as `\u{…}`, with the code in hexadecimal. Escaping is
 * idempotent.
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, each => escaped(each)).replace(COMMAND, `#${escaped('#')}`);
}

/** Untrusted text as a whole line of output: it also cannot begin with `::`, a command of GitHub's runners. */
export function printableLine(text: string): string {
  return printable(text).replace(/^(\s*):(?=:)/, (_all, space: string) => `${space}${escaped(':')}`);
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
