/** What could add to an output more than its own text: controls, line and paragraph separators, directions of writing, what is not seen, halves of characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}\u115F\u1160\u3164\uFFA0]|[\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}]/gu;
/** What the runners of GitHub and Azure take for a command wherever it stands in a line: `##[error]`, `##vso[…]`. */
const COMMAND = /##(?=[\w.-]*\[)/g;

/**
 * A text from outside as part of a line of output: it cannot end the line, nor begin a command of a CI system in it, nor colour or turn what
 * follows. What it loses is there as `\u{…}`, its code in hexadecimal. Escaped again it stays the same.
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, each => escaped(each)).replace(COMMAND, `#${escaped('#')}`);
}

/** A whole line of output: it does not begin with `::`, a command of GitHub's runners, either. */
export function printableLine(text: string): string {
  return printable(text).replace(/^(\s*):(?=:)/, (_all, space: string) => `${space}${escaped(':')}`);
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
