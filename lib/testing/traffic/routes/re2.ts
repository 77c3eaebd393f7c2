import { RE2JS } from 're2js';
import { Unsimulated } from '../unsimulated';

/** Whether a regular expression takes a whole text, as Envoy reads it. Throws {@link Unsimulated} for one that is none. */
export function matchesRe2(pattern: string, text: string): boolean {
  return compiled(pattern).matches(text);
}

/** A text with all parts that a regular expression takes written anew: `\1` is its first group, `\0` all of it. */
export function rewrittenByRe2(pattern: string, rewrite: string, text: string): string {
  return compiled(pattern).matcher(text).replaceAll((...found: unknown[]) => rewrite.replace(/\\(\d)/g, (_, group: string) => String(found[Number(group)] ?? '')));
}

const COMPILED = new Map<string, RE2JS>();

function compiled(pattern: string): RE2JS {
  try {
    const known = COMPILED.get(pattern) ?? RE2JS.compile(pattern);
    COMPILED.set(pattern, known);
    return known;
  } catch (error) {
    throw new Unsimulated(`${pattern} is no regular expression of RE2: ${(error as Error).message}.`, 'Istio refuses it; write it without what only other languages have.');
  }
}
