import { matchesRe2, rewrittenByRe2 } from './re2';

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
  const [head = ''] = /^(?:[\w/~%!@=,;:'"<> -]|\\[./-])*/.exec(pattern.replace(/^\^/, '')) ?? [];
  const next = pattern.replace(/^\^/, '')[head.length] ?? '';
  const certain = /[*?{]/.test(next) ? head.replace(/(\\.|[^\\])$/, '') : head;
  return pattern.includes('|') ? '' : certain.replace(/\\(.)/g, '$1');
}
