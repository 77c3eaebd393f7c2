import { RE2JS } from 're2js';
import { Unsimulated } from '../messages/unsimulated';

/** The path match of a rule. */
export interface PathMatch {
  /** `prefix` compares characters, `segments` whole path segments. */
  readonly kind: 'exact' | 'prefix' | 'segments' | 'regex';
  readonly value: string;
  readonly ignoresCase?: boolean;
}

/** Whether a path matches. */
export function matchesPath({ kind, value, ignoresCase }: PathMatch, path: string): boolean {
  const [own, asked] = ignoresCase ? [value.toLowerCase(), path.toLowerCase()] : [value, path];
  switch (kind) {
    case 'exact':
      return asked === own;
    case 'prefix':
      return asked.startsWith(own);
    case 'segments':
      return asked === own || asked.startsWith(`${own}/`);
    case 'regex':
      return matchesRe2(value, path);
  }
}

/** The possible paths of requests: one, or all that begin with a text. */
export interface Paths {
  readonly start: string;
  readonly isOne: boolean;
}

/** The paths that a match leaves possible. */
export function pathsMatching(match: PathMatch | undefined): Paths {
  if (!match || match.ignoresCase) {
    return startingWith('');
  }
  return match.kind === 'exact'
    ? only(match.value)
    : startingWith(match.kind === 'regex' ? literalStart(match.value) : match.value);
}

/** What a rewrite makes of a path, and of all possible ones. */
export interface PathRewrite {
  readonly path: (path: string, matched: PathMatch | undefined) => string;
  readonly paths: (requested: Paths, matched: PathMatch | undefined) => Paths;
}

/** A rewrite after which every path is the same. */
export function wholePath(path: string): PathRewrite {
  return { path: () => path, paths: () => only(path) };
}

/** A rewrite of each match of an expression. */
export function expressionRewrite(pattern: string, replacement: string): PathRewrite {
  const path = (asked: string) => rewrittenByRe2(pattern, replacement, asked);
  return { path, paths: ({ start, isOne }) => (isOne ? only(path(start)) : startingWith('')) };
}

/** The rewrite of Istio: it replaces a matched prefix, and else the whole path. */
export function matchRewrite(uri: string): PathRewrite {
  const isPrefix = (matched: PathMatch | undefined) => matched === undefined || matched.kind === 'prefix';
  const prefixOf = (matched: PathMatch | undefined) => matched?.value ?? '/';
  return {
    path: (path, matched) => (isPrefix(matched) ? uri + path.slice(prefixOf(matched).length) : uri),
    paths: (_, matched) =>
      isPrefix(matched)
        ? // The rest may be `..`, unless the prefix ends with a slash.
          startingWith(uri.endsWith('/') && !prefixOf(matched).endsWith('/') ? parentOf(uri) : uri)
        : only(uri),
  };
}

/** The rewrite of the Gateway API: it replaces a prefix of whole segments. */
export function segmentsRewrite(prefix: string): PathRewrite {
  const path = (asked: string, matched: PathMatch | undefined) => replacedPrefix(asked, matched, prefix);
  return {
    path,
    paths: ({ start, isOne }, matched) =>
      isOne ? only(path(start, matched)) : startingWith(prefix.replace(/\/$/, '') || '/'),
  };
}

/** The prefix that a match names; that of all paths otherwise. */
export function prefixOf(matched: PathMatch | undefined): string {
  return matched && ['segments', 'prefix'].includes(matched.kind) ? matched.value : '/';
}

/** A path with its matched prefix replaced. Of the prefix of all paths, Envoy replaces the slash. */
function replacedPrefix(path: string, matched: PathMatch | undefined, prefix: string): string {
  const rest = path.slice(prefixOf(matched).length);
  return /^\/?$/.test(prefix) ? `/${rest.replace(/^\//, '')}` : `${prefix.replace(/\/$/, '')}${rest}`;
}

function only(path: string): Paths {
  return { start: path, isOne: true };
}

function startingWith(start: string): Paths {
  return { start, isOne: false };
}

function parentOf(folder: string): string {
  return folder.replace(/[^/]*\/$/, '');
}

/** What all texts begin with that an expression matches. */
function literalStart(pattern: string): string {
  const text = pattern.replace(/^\^/, '');
  const [head = ''] = /^(?:[\w/~%!@=,;:'"<> -]|\\[./-])*/.exec(text) ?? [];
  // A quantifier is for the last character also where flags or an empty quotation are between them.
  const isQuantified = /^([*?{]|\(\?|\\[QE])/.test(text.slice(head.length));
  const certain = isQuantified ? head.replace(/(\\.|[^\\])$/, '') : head;
  return hasAlternatives(pattern) ? '' : certain.replace(/\\(.)/g, '$1');
}

/** Whether an expression has alternatives outside of its groups; also where that is not easy to read. */
function hasAlternatives(pattern: string): boolean {
  const plain = pattern.replace(/\\[^QE]|\[\^?[\w-]+\]/g, '');
  const rest = plain.replace(/\([^()[\]\\]*\)/g, '');
  return rest === pattern ? rest.includes('|') : hasAlternatives(rest);
}

/** Whether a regular expression matches a whole text, as in Envoy. Throws {@link Unsimulated} for an invalid one. */
export function matchesRe2(pattern: string, text: string): boolean {
  return compiled(pattern).matches(text);
}

/** A text with all matches of a regular expression replaced: `\1` is the first group, `\0` the whole match. */
function rewrittenByRe2(pattern: string, rewrite: string, text: string): string {
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
