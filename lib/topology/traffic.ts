import { RE2JS } from 're2js';
import { requireHeaderName } from './names';
import { requirePercentage } from './numbers';
import { ValidationError } from './validation-error';
import type { Version } from './version';

/** A condition on the value of a request header. */
export class HeaderMatch {
  /** Matches the whole value. */
  static exact(header: string, value: string): HeaderMatch {
    return new HeaderMatch(header, 'exact', value);
  }

  /** Matches a prefix of the value. */
  static prefix(header: string, value: string): HeaderMatch {
    return new HeaderMatch(header, 'prefix', value);
  }

  /** Matches the whole value by an RE2 expression. */
  static regex(header: string, value: string): HeaderMatch {
    return new HeaderMatch(header, 'regex', value);
  }

  private constructor(
    /** The name of the header. */
    readonly header: string,
    /** How the value is compared: `exact`, `prefix` or `regex`. */
    readonly kind: string,
    /** The value, the prefix, or the RE2 expression. */
    readonly value: string,
  ) {
    requireHeaderName(`HeaderMatch.${kind}`, header);
    requireMatchable(kind, value);
  }
}

const LONGEST_EXPRESSION = 1024;

/** Rejects what no header value can be: HTTP has none with surrounding whitespace or control characters. */
function requireMatchable(kind: string, value: string): void {
  const summary =
    value === ''
      ? 'is empty'
      : kind === 'regex'
        ? problemOfExpression(value)
        : /^\s|[\0-\x08\n-\x1f\x7f]/.test(value) || (kind === 'exact' && /\s$/.test(value))
          ? 'has surrounding whitespace or control characters, which no header value has'
          : undefined;
  if (summary !== undefined) {
    throw new ValidationError({
      code: 'InvalidMatch',
      path: `HeaderMatch.${kind}`,
      summary: `${JSON.stringify(value)} ${summary}.`,
      fix:
        kind === 'regex' ? 'Write an RE2 expression of at most 1024 characters.' : 'Give the value as clients send it.',
    });
  }
}

/** @see https://github.com/google/re2/wiki/Syntax */
function problemOfExpression(expression: string): string | undefined {
  if (expression.length > LONGEST_EXPRESSION) {
    return `has ${expression.length} characters, more than Istio accepts`;
  }
  try {
    RE2JS.compile(expression);
    return undefined;
  } catch (error) {
    return `is not an RE2 expression: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Whether a match surely leaves nothing for another one behind it, so that this can never be met. */
export function covers(first: HeaderMatch, second: HeaderMatch): boolean {
  if (first.header !== second.header) {
    return false;
  }
  if (first.kind === second.kind && first.value === second.value) {
    return true;
  }
  const isOneValue = second.kind === 'exact' || (second.kind === 'regex' && LITERAL.test(second.value));
  switch (first.kind) {
    case 'exact':
      return isOneValue && first.value === second.value;
    case 'prefix':
      return headOf(second).startsWith(first.value);
    default:
      return isOneValue ? matchesWhole(first.value, second.value) : matchesAllBehind(first.value, headOf(second));
  }
}

/** An expression that matches itself and nothing else. */
const LITERAL = /^[\w/=;,:@% -]+$/;

/** A text with which all values of a match begin; of an expression it may be shorter than it could be. */
function headOf({ kind, value }: HeaderMatch): string {
  const head = /^[\w/=;,:@% -]*(?![*?{])/.exec(value)?.[0] ?? '';
  return kind !== 'regex' ? value : value.includes('|') ? '' : head;
}

function matchesWhole(expression: string, value: string): boolean {
  return RE2JS.compile(expression).matches(value);
}

/** Whether an expression surely matches all values that begin so: it ends with a match of anything. */
function matchesAllBehind(expression: string, head: string): boolean {
  const endsInAnything = /(^|[^\\])\.[*+]$/.test(expression) && !/[|$]|\\[bBzQ]/.test(expression);
  return endsInAnything && matchesWhole(expression, head);
}

/** The share of the requests that a version gets. */
export interface Weight {
  /** The version that gets the requests. */
  readonly version: Version;
  /** Its share of the requests, as a whole number from 0 to 100. */
  readonly percent: number;
}

/** Requests with a header are routed to one version, regardless of the weights. */
export interface HeaderRoute {
  /** The header that requests need. */
  readonly match: HeaderMatch;
  /** The version that gets the requests. */
  readonly version: Version;
}

/** A share of the requests is mirrored to a version whose responses are dropped. */
export interface Mirror {
  /** The version that gets the copies; its responses are dropped. */
  readonly version: Version;
  /** The share of requests that are copied, from 0 to 100. */
  readonly percent: number;
}

/** Rejects weights that are not percentages or do not sum to 100. */
export function requireWhole(path: string, weights: readonly Weight[]): void {
  weights.forEach(({ version, percent }) => requirePercentage(path, `The weight of ${version.name}`, percent));
  const fractional = weights.find(({ percent }) => !Number.isInteger(percent));
  const sum = weights.reduce((total, { percent }) => total + percent, 0);
  if (fractional || sum !== 100) {
    throw new ValidationError({
      code: 'WeightsDoNotSum',
      path,
      summary:
        `The split ${weights.map(({ version, percent }) => `${version.name}: ${percent}`).join(', ')} `
        + (fractional ? 'has a fraction of a percent.' : `sums to ${sum}.`),
      fix: 'Give whole percentages that sum to 100.',
    });
  }
}
