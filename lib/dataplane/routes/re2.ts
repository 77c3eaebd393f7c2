import { RE2JS } from 're2js';
import { Unsimulated } from '../messages/unsimulated';

/** Whether a regular expression matches a whole text, as in Envoy. Throws {@link Unsimulated} for an invalid one. */
export function matchesRe2(pattern: string, text: string): boolean {
  return compiled(pattern).matches(text);
}

/** A text with all matches of a regular expression replaced: `\1` is the first group, `\0` the whole match. */
export function rewrittenByRe2(pattern: string, rewrite: string, text: string): string {
  return compiled(pattern)
    .matcher(text)
    .replaceAll((...found: unknown[]) =>
      rewrite.replace(/\\(\d)/g, (_, group: string) => String(found[Number(group)] ?? '')),
    );
}

const COMPILED = new Map<string, RE2JS>();

function compiled(pattern: string): RE2JS {
  try {
    const known = COMPILED.get(pattern) ?? RE2JS.compile(pattern);
    COMPILED.set(pattern, known);
    return known;
  } catch (error) {
    throw new Unsimulated(
      `${pattern} is not a valid RE2 regular expression: ${(error as Error).message}.`,
      'Use RE2 syntax, since Istio rejects other expressions.',
    );
  }
}
