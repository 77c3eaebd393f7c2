import type { Outcome, RequestResult } from '../../lib/testing';
import type { Reply } from '../app-protocol';
import type { TrialRequest } from './requests';
import { RESIDENTS } from './testbed';

/** The difference between a response and all possible outcomes; undefined if it is one of them. */
export function differenceOf(
  result: RequestResult,
  reply: Reply,
  request: TrialRequest,
  only: string | undefined,
): string | undefined {
  const possible =
    only === undefined
      ? result.outcomes
      : result.outcomes.filter(each => each.destination === '' || each.destination.endsWith(`/${only}`));
  // Several outcomes may look alike, such as two ports of one service.
  const outcomes = possible.filter(each => isOutcome(each, reply));
  if (outcomes.length === 0) {
    const elsewhere = reply.text === 'outside' ? 'the outside' : `status ${reply.status}`;
    return `came to ${reply.from ? `${reply.from.service}-${reply.from.version}` : elsewhere}`;
  }
  // The app begins to count only when it runs again after sending, some milliseconds after the proxy on a busy machine.
  const late =
    result.delayedShare === 1 && reply.ms < 0.9 * result.delay ? `was not held back for ${result.delay} ms` : undefined;
  return (
    late
    ?? answerDifference(outcomes, reply)
    ?? (reply.from && request.port !== 82 && outcomes.every(each => each.path !== '')
      ? (fromAll(outcomes, reply.from) ?? termsDifference(result, reply.from, request))
      : undefined)
  );
}

/** The difference from each of several outcomes; undefined if one of them is the request that the callee received. */
function fromAll(outcomes: readonly Outcome[], from: NonNullable<Reply['from']>): string | undefined {
  const differences = outcomes.map(each => receivedDifference(each, from));
  return differences.includes(undefined) ? undefined : differences[0];
}

/** Whether a response is that of an outcome. */
export function isOutcome(outcome: Outcome, { status, from, text, headers }: Reply): boolean {
  if (outcome.destination === '') {
    return (
      from === undefined
      && status === outcome.status
      && (outcome.location === '' || outcome.location === headers.location)
    );
  }
  return from
    ? outcome.destination.endsWith(
        `/${from.version === 'v1' && from.service !== 'api' ? from.service : `${from.service}-${from.version}`}`,
      )
    : text === 'outside' && !outcome.destination.includes('/');
}

function answerDifference(outcomes: readonly Outcome[], { from, headers }: Reply): string | undefined {
  const differences = outcomes.map(({ responseHeaders: { set } }) => {
    const wrong = from && Object.entries(set).find(([name, value]) => headers[name] !== value);
    return wrong && `the answer has ${wrong[0]}: ${String(headers[wrong[0]])}`;
  });
  return differences.includes(undefined) ? undefined : differences[0];
}

/** The request that the callee received: the host, the path, and the headers that configuration can set. */
function receivedDifference(outcome: Outcome, from: NonNullable<Reply['from']>): string | undefined {
  const wrong = [...WATCHED, ...Object.keys(outcome.headers)].find(
    name =>
      !['authorization', 'x-token', 'x-forwarded-for'].includes(name)
      && normal(outcome.headers[name]) !== normal(from.headers[name]),
  );
  const token = ['authorization', 'x-token'].find(
    name => (outcome.headers[name] === undefined) !== (from.headers[name] === undefined),
  );
  return from.port !== outcome.port
    ? `arrived on port ${from.port}, not on ${outcome.port}`
    : from.path !== outcome.path
      ? `arrived as ${from.path}, not as ${outcome.path}`
      : String(from.headers.host ?? '') !== outcome.host
        ? `arrived for ${String(from.headers.host)}, not for ${outcome.host}`
        : wrong
          ? `arrived with ${wrong}: ${String(from.headers[wrong])}, not ${outcome.headers[wrong]}`
          : token
            ? `arrived ${from.headers[token] === undefined ? 'without' : 'with'} ${token}`
            : undefined;
}

/**
 * A proxy tells the callee how long it waits for this try; a callee's own proxy takes the request for one from outside,
 * and removes that, as an egress gateway removes what the caller's proxy has told.
 */
function termsDifference(
  { timeout, perTryTimeout }: RequestResult,
  { headers, service }: NonNullable<Reply['from']>,
  { from }: TrialRequest,
): string | undefined {
  const isThroughEgressGateway = from !== undefined && headers['x-envoy-external-address'] !== undefined;
  if (isThroughEgressGateway || RESIDENTS.some(each => each.service === service && each.isMeshed)) {
    return undefined;
  }
  const limits = [timeout, perTryTimeout].filter(each => each !== undefined);
  const expected = limits.length > 0 ? String(Math.min(...limits)) : undefined;
  const told = headers['x-envoy-expected-rq-timeout-ms'];
  return expected === undefined || told === expected ? undefined : `has ${String(told)} ms, not ${expected}`;
}

const WATCHED = ['x-set', 'x-kind', 'x-gone', 'x-backend', 'x-sub'];

function normal(value: unknown): string | undefined {
  return typeof value === 'string' ? value.replaceAll(', ', ',') : undefined;
}
