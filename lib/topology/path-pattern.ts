import { literalRegex } from './regex';
import { ValidationError } from './validation-error';

/** The last segment of a prefix. */
const ANYTHING = '*';
const SEGMENT = /^(\{[A-Za-z_][A-Za-z0-9_-]*\+?\}|[A-Za-z0-9._~!$&'()*+,;=:@%-]*)$/;

/**
 * A path with optional parameters, in the grammar of managed API gateways: `/cart`, `/product/{id}` for one segment,
 * `/static/{file+}` for the rest, at the end only. `/files/*` is a prefix: `/files`, `/files/` and all paths below it.
 */
export class PathPattern {
  /** The parts between the slashes, parameters with their braces. */
  readonly segments: string[];

  constructor(
    path: string,
    /** The path as it is declared. */
    readonly text: string,
  ) {
    this.segments = text.split('/').slice(1);
    if (
      !text.startsWith('/')
      || !this.segments.every(segment => SEGMENT.test(segment))
      || text.replace(/\/\*$/, '').includes('*')
    ) {
      throw new ValidationError({
        code: 'InvalidPath',
        path,
        summary: `"${text}" is not a path.`,
        fix:
          'Begin with "/"; write a parameter as {name}, the rest of a path as {name+}, and a prefix with "/*" at the '
          + 'end.',
      });
    }
    const unmatchable = this.segments.map(problemOf).find(summary => summary !== undefined);
    if (unmatchable !== undefined) {
      throw new ValidationError({
        code: 'InvalidPath',
        path,
        summary: `"${text}" can never match: ${unmatchable.problem}.`,
        fix: unmatchable.fix,
      });
    }
    if (this.segments.slice(0, -1).some(isRest)) {
      throw new ValidationError({
        code: 'InvalidPath',
        path,
        summary: `In "${text}" a segment follows a parameter that matches the rest of the path.`,
        fix: 'Move {name+} to the end.',
      });
    }
    if (text.endsWith('//*')) {
      throw new ValidationError({
        code: 'InvalidPath',
        path,
        summary: `The prefix of "${text}" ends with a slash.`,
        fix: 'Write "/*" after a segment, or alone.',
      });
    }
  }

  /** Whether it matches one path: it has no parameters and is no prefix. */
  get isExact(): boolean {
    return !this.isPrefix && !this.segments.some(isParameter);
  }

  /** Whether it matches a path and everything below it. */
  get isPrefix(): boolean {
    return this.segments.at(-1) === ANYTHING;
  }

  /** What a prefix matches without what is below it, `/files` of `/files/*`; undefined for `/*` and other patterns. */
  get stem(): PathPattern | undefined {
    return this.isPrefix && this.segments.length > 1
      ? new PathPattern(this.text, this.text.slice(0, -'/*'.length))
      : undefined;
  }

  /** Whether it ends with a parameter that matches the rest of the path. */
  get takesRest(): boolean {
    return isRest(this.segments.at(-1) ?? '');
  }

  /**
   * As an RE2 expression over the whole path.
   * @param end a character that no parameter contains, if what is matched has more than the path
   */
  toRegex(end = ''): string {
    const character = end ? `[^${end}]` : '.';
    return this.segments
      .map((segment, index) => {
        if (segment === ANYTHING) {
          return index === 0 ? `/${character}*` : `(?:/${character}*)?`;
        }
        const literal = literalRegex(segment);
        return `/${isRest(segment) ? `${character}+` : isParameter(segment) ? `[^/${end}]+` : literal}`;
      })
      .join('');
  }

  /** With each parameter replaced by `one`, and one that matches the rest, or what is below a prefix, by `rest`. */
  replaceParameters(one: string, rest: string): string {
    return this.segments
      .map(segment => `/${isRest(segment) || segment === ANYTHING ? rest : isParameter(segment) ? one : segment}`)
      .join('');
  }

  /** The names of its parameters. */
  get parameters(): string[] {
    return this.segments.filter(isParameter).map(nameOf);
  }

  /** As a path template of google.api.http. */
  toTemplate(): string {
    return this.segments.map(segment => `/${isRest(segment) ? `{${nameOf(segment)}=**}` : segment}`).join('');
  }

  /** Whether some path is matched by both. */
  overlaps(other: PathPattern): boolean {
    return overlap(this.segments, other.segments);
  }

  /**
   * Orders the patterns that match one path, the most specific first: at the first segment, from the left, at which the
   * two differ in kind, a literal or the end of the path comes before a parameter, a parameter before the rest of the
   * path, and that before what is below a prefix. Two that are equal match the same paths.
   */
  compareSpecificity(other: PathPattern): number {
    const longer = this.segments.length > other.segments.length ? this : other;
    const differences = longer.segments.map((_, at) => this.rankAt(at) - other.rankAt(at));
    return differences.find(each => each !== 0) ?? 0;
  }

  /** Whether it matches every path of another that it overlaps. */
  covers(other: PathPattern): boolean {
    return (
      this.overlaps(other)
      && (this.isPrefix || this.takesRest || !other.isPrefix)
      && this.segments.every((_, at) => this.rankAt(at) >= other.rankAt(at))
    );
  }

  /** The paths that are matched by this and by another that it overlaps. */
  intersection(other: PathPattern): PathPattern {
    const segments: string[] = [];
    for (const [at, own] of this.segments.entries()) {
      const [foreign = ''] = other.segments.slice(at);
      if (own === ANYTHING || foreign === ANYTHING) {
        segments.push(...(own === ANYTHING ? other : this).segments.slice(at));
        break;
      }
      if (isRest(own) || isRest(foreign)) {
        segments.push(...(isRest(own) ? other : this).segments.slice(at));
        break;
      }
      segments.push(isParameter(own) ? foreign : own);
    }
    return new PathPattern(this.text, `/${segments.join('/')}`);
  }

  /** What is before the rest of the path, with its slash: a path that it does not match. */
  get folder(): PathPattern {
    return new PathPattern(this.text, `/${[...this.segments.slice(0, -1), ''].join('/')}`);
  }

  /** Literal before parameter before the rest of the path before what is below a prefix. */
  private rankAt(index: number): number {
    const [segment = ''] = this.segments.slice(index);
    return segment === ANYTHING ? 3 : isRest(segment) ? 2 : isParameter(segment) ? 1 : 0;
  }
}

/** Why no request has such a segment when it is matched: proxies normalize paths by RFC 3986 first. */
function problemOf(segment: string): { problem: string; fix: string } | undefined {
  if (segment === '.' || segment === '..') {
    return { problem: `a proxy resolves "${segment}" before it matches`, fix: 'Write the resolved path.' };
  }
  if (segment.startsWith(':')) {
    return {
      problem: `"${segment}" is matched literally`,
      fix: `Write a parameter as {${segment.slice(1) || 'name'}}.`,
    };
  }
  const [escape] =
    segment.match(/%(?![0-9A-Fa-f]{2})/)
    ?? segment.match(/%(4[1-9A-Fa-f]|5[0-9Aa]|6[1-9A-Fa-f]|7[0-9Aa]|3\d|2[DdEe]|5[Ff]|7[Ee])/)
    ?? [];
  return escape === undefined
    ? undefined
    : {
        problem:
          escape === '%'
            ? 'a "%" in it is not an escape'
            : `a proxy decodes "${escape}" to "${decodeURIComponent(escape)}" before it matches`,
        fix: escape === '%' ? 'Write "%25" for the character itself.' : 'Write the character itself.',
      };
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{');
}

function isRest(segment: string): boolean {
  return segment.endsWith('+}');
}

function nameOf(parameter: string): string {
  return parameter.replace(/[{}+]/g, '');
}

function overlap([a, ...restOfA]: string[], [b, ...restOfB]: string[]): boolean {
  if (a === ANYTHING || b === ANYTHING) {
    return true;
  }
  if (a === undefined || b === undefined) {
    return a === b;
  }
  if (isRest(a) || isRest(b)) {
    return !isEmpty([a, ...restOfA]) && !isEmpty([b, ...restOfB]);
  }
  return (a === b || (isParameter(a) && b !== '') || (isParameter(b) && a !== '')) && overlap(restOfA, restOfB);
}

/** Whether nothing follows the slash: no parameter matches that. */
function isEmpty(segments: readonly string[]): boolean {
  return segments.length === 1 && segments[0] === '';
}
