import { Unsimulated } from '../unsimulated';

/** A regular expression as Envoy reads it (RE2), for whole texts. Throws {@link Unsimulated} where JavaScript has no such expression. */
export function wholeRe2(pattern: string): RegExp {
  return compiled(`^(?:${translated(pattern)})$`, pattern);
}

/** A regular expression as Envoy reads it, for parts of a text. */
export function partialRe2(pattern: string): RegExp {
  return compiled(translated(pattern), pattern, 'g');
}

function translated(pattern: string): string {
  return pattern.replace(LEADING_FLAGS, '').replaceAll('(?P<', '(?<').replaceAll('\\z', '$').replaceAll('\\A', '^');
}

function compiled(source: string, pattern: string, flags = ''): RegExp {
  const own = LEADING_FLAGS.exec(pattern)?.[1] ?? '';
  try {
    return new RegExp(source, flags + own);
  } catch {
    throw new Unsimulated(`The regular expression ${pattern} means nothing here.`, 'Write it without what only RE2 has.');
  }
}

const LEADING_FLAGS = /^\(\?([ims]+)\)/;
