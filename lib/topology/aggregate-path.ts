import { comparisonKey, type Comparison } from './comparison';
import { duplicate } from './duplicate';
import { ValidationError } from './validation-error';
import type { PathPattern } from './path-pattern';
import type { Route, RouteProps } from './route';

/** Characters that separate path segments, or begin a parameter, in KrakenD's router. */
const SYNTAX = /[:*/{}?#\\]/;

/** @see https://github.com/luraproject/lura/blob/v2.9.0/config/config.go */
const RESERVED = /\/__(debug|echo|health)(\/.*)?$/;

/** Rejects an aggregate that KrakenD does not route as the gateway in front of it does. */
export function validateAggregatePath(path: string, route: Route, earlier: readonly Route[]): void {
  const problem = problemOf(route.operation.path);
  if (problem !== undefined) {
    throw new ValidationError({
      code: 'UnroutableAggregate',
      path,
      summary: `KrakenD cannot route "${route.operation.path.text}": ${problem.problem}.`,
      fix: problem.fix,
    });
  }
  earlier.forEach(other => {
    assertNotEqual(route, other);
    assertNotConfused(route, other);
    assertNotConfused(other, route);
  });
}

function problemOf(path: PathPattern): { problem: string; fix: string } | undefined {
  const isEmpty = path.segments.slice(0, -1).includes('');
  const unreadable = path.segments.find(segment => !isParameter(segment) && !isReadable(segment));
  if (path.takesRest) {
    return {
      problem: 'its open source edition has no parameter for the rest of a path',
      fix: 'Use one parameter for each segment, e.g. "/list/{category}/{item}".',
    };
  }
  if (isEmpty) {
    return { problem: 'it merges slashes', fix: 'Leave the empty segment out.' };
  }
  if (unreadable !== undefined) {
    return {
      problem: `its router does not match "${unreadable}" literally`,
      fix: 'Use a segment without ":", and without escapes of ":", "*", "/", "\\", "?", "#" and braces.',
    };
  }
  return RESERVED.test(path.text)
    ? { problem: 'the path is reserved for its own endpoints', fix: 'Use another path.' }
    : undefined;
}

function isReadable(literal: string): boolean {
  try {
    return !SYNTAX.test(decodeURIComponent(literal));
  } catch {
    return false;
  }
}

function assertNotEqual(route: Route, other: Route): void {
  if (decoded(route.operation.path) === decoded(other.operation.path)) {
    throw duplicate(
      route.edge.path,
      `KrakenD matches decoded paths, in which "${route.operation.toString()}" and "${other.operation.toString()}" `
        + 'are equal.',
      'Keep one of the two.',
    );
  }
}

/** What a request must prove, and what counts it: the gateway checks it by the route that it matches itself. */
const ADMISSION = {
  auth: ({ auth }) => auth,
  authorizer: ({ authorizer }) => authorizer?.key,
  rateLimit: ({ rateLimit }) => rateLimit,
  perClientRateLimit: ({ perClientRateLimit }) => perClientRateLimit,
  requestValidation: ({ requestValidation }) => requestValidation,
  timeout: 'It admits nothing.',
  retries: 'It admits nothing.',
  port: 'It is the aggregator.',
  cacheTtl: 'It admits nothing.',
  grpcMethod: 'Aggregates have none.',
  rewrite: 'It admits nothing.',
  match: 'Aggregates have none.',
  headerChanges: 'It admits nothing.',
  backendTls: 'It admits nothing.',
} satisfies Comparison<keyof RouteProps, Route>;

/**
 * KrakenD matches decoded paths: the gateway matches `/a/x%2Fy` to `/a/{id}`, and KrakenD to `/a/{id}/y`. The two must
 * not differ in what they require.
 */
function assertNotConfused(matched: Route, reached: Route): void {
  const [from, to] = [matched.operation.path, reached.operation.path];
  if (
    comparisonKey<Route>(ADMISSION, matched) !== comparisonKey<Route>(ADMISSION, reached)
    && isReachedEscaped(from.segments, to.segments, false)
  ) {
    throw new ValidationError({
      code: 'ConfusableAggregates',
      path: reached.edge.path,
      summary:
        `A request that the gateway matches to "${matched.operation.toString()}" can reach `
        + `"${reached.operation.toString()}" in KrakenD, which decodes escaped characters first, and the two differ in `
        + '`auth`, limits or `requestValidation`.',
      fix: 'Give both the same, or paths that begin with different literal segments.',
    });
  }
}

/** Whether parameters of `from` can have values with escapes that decode to a path that `to` matches. */
function isReachedEscaped(from: readonly string[], to: readonly string[], escaped: boolean): boolean {
  const [own, ...rest] = from;
  const [other, ...others] = to;
  if (own === undefined || other === undefined) {
    return escaped && own === other;
  }
  if (!isParameter(own)) {
    return (
      (isParameter(other) ? own !== '' : decodeURIComponent(own) === decodeURIComponent(other))
      && isReachedEscaped(rest, others, escaped || (!isParameter(other) && own !== other))
    );
  }
  return to.some((_, at) => {
    const differs = at > 0 || (!isParameter(other) && !/^[\w.~-]*$/.test(other));
    return (at > 0 || other !== '') && isReachedEscaped(rest, to.slice(at + 1), escaped || differs);
  });
}

function decoded({ segments }: PathPattern): string {
  return segments.map(segment => (isParameter(segment) ? '{}' : decodeURIComponent(segment))).join('/');
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{');
}
