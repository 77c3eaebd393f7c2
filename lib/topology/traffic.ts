import { RE2JS } from 're2js';
import type { DirectResponse } from './direct-response';
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
    requireMatchable(`HeaderMatch.${kind}`, kind, value);
  }
}

const LONGEST_EXPRESSION = 1024;

/** Rejects what no header value can be: HTTP has none with surrounding whitespace or control characters. */
export function requireMatchable(path: string, kind: string, value: string): void {
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
      path,
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

/** The requests that meet two conditions on one header: undefined for none of all. */
export function bothOf(path: string, first: HeaderMatch, second: HeaderMatch): HeaderMatch | undefined {
  if (covers(first, second)) {
    return second;
  }
  if (covers(second, first)) {
    return first;
  }
  const kinds = [first.kind, second.kind];
  if (kinds.includes('exact') || !kinds.includes('regex')) {
    return undefined;
  }
  throw new ValidationError({
    code: 'InvalidMatch',
    path,
    summary:
      `Requests can match both "${first.value}" and "${second.value}" in the header ${first.header}, and a `
      + 'rule has one '
      + 'condition for each header.',
    fix: 'Use exact values, or different headers.',
  });
}

/** The share of the requests that a version gets. */
export interface Weight {
  /** The version that gets the requests. */
  readonly version: Version;
  /** Its share of the requests, from 0 to 100, with at most 4 decimals. */
  readonly percent: number;
}

/** A rule for requests with a header. */
export interface HeaderRoute {
  /** The header that requests need. */
  readonly match: HeaderMatch;
  /** The shares of the versions that get these requests; none if they are distributed as all others. */
  readonly weights: readonly Weight[];
  /** The version that gets copies of these requests; undefined if they are mirrored as all others. */
  readonly mirror?: Mirror;
  /** The response that these requests get from the proxy of the caller, instead of the service's. */
  readonly response?: DirectResponse;
}

/** A share of the requests is mirrored to a version whose responses are dropped. */
export interface Mirror {
  /** The version that gets the copies; its responses are dropped. */
  readonly version: Version;
  /** The share of requests that are copied, from 0 to 100. */
  readonly percent: number;
}

/** The decimals of a percentage: Envoy counts shares in millionths. */
const DECIMALS = 4;

/** Rejects weights that are not percentages or do not sum to 100. */
export function requireWhole(path: string, weights: readonly Weight[]): void {
  weights.forEach(({ version, percent }) => requirePercentage(path, `The weight of ${version.name}`, percent));
  const millionths = weights.map(({ percent }) => Math.round(percent * 10 ** DECIMALS));
  const isTooFine = weights.some(({ percent }, index) => percent !== (millionths[index] ?? 0) / 10 ** DECIMALS);
  const sum = millionths.reduce((total, each) => total + each, 0) / 10 ** DECIMALS;
  if (isTooFine || sum !== 100) {
    throw new ValidationError({
      code: 'WeightsDoNotSum',
      path,
      summary:
        `The split ${weights.map(({ version, percent }) => `${version.name}: ${percent}`).join(', ')} `
        + (isTooFine ? `has more than ${DECIMALS} decimals.` : `sums to ${sum}.`),
      fix: `Give percentages with at most ${DECIMALS} decimals that sum to 100.`,
    });
  }
}

/** Percentages as integers of the same proportions: 99.5 and 0.5 are 995 and 5, whole ones stay. */
export function integersOf(weights: readonly Weight[]): { readonly version: Version; readonly weight: number }[] {
  const factors = Array.from({ length: DECIMALS + 1 }, (_, digits) => 10 ** digits);
  const factor = factors.find(each => weights.every(({ percent }) => isInteger(percent * each))) ?? 10 ** DECIMALS;
  return weights.map(({ version, percent }) => ({ version, weight: Math.round(percent * factor) }));
}

function isInteger(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-6;
}
