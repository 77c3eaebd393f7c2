/** What regular expressions of JavaScript know, and those of RE2 do not: looking around, and referring back. */
const UNKNOWN_TO_RE2 = /^(?:[^\\]|\\[^1-9k])*?(?:\(\?<?[=!]|\\[1-9]|\\k<)/s;
const ESCAPED_LETTER = /\\(?:\\|([a-zA-Z]))/g;
const ESCAPES = new Set('aAbBCdDfnpPQEGrsStvwWxz');
const LONGEST = 1024;
const MOST_REPETITIONS = 1000;

/** Whether a text is a regular expression as Envoy takes it (RE2), and no longer than Istio lets it be. */
export function isPattern(text: string): boolean {
  return text.length <= LONGEST && isExpression(text);
}

/** Whether a text is a regular expression in the syntax of RE2. */
export function isExpression(text: string): boolean {
  if (UNKNOWN_TO_RE2.test(text) || [...text.matchAll(ESCAPED_LETTER)].some(([, letter]) => letter !== undefined && !ESCAPES.has(letter))) {
    return false;
  }
  if ([...text.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].some(each => each.slice(1).some(count => Number(count ?? 0) > MOST_REPETITIONS))) {
    return false;
  }
  try {
    new RegExp(forJavaScript(text));
    return true;
  } catch {
    return false;
  }
}

/** What the two write differently. */
function forJavaScript(text: string): string {
  return text
    .replace(/\(\?P</g, '(?<')
    .replace(/\(\?[imsU-]+\)/g, '')
    .replace(/\(\?[imsU-]+:/g, '(?:')
    .replace(/\\[AzQECpP]/g, '.')
    .replace(/\[\[:\^?[a-z]+:\]/g, '[a');
}
