import type { Answer, Ending } from '../../lib/testing';
import type { Reply } from '../app-protocol';
import type { TrialRequest } from './requests';
import { RESIDENTS } from './town';

/** The difference between a response and all possible outcomes; undefined if it is one of them. */
export function differenceOf(answer: Answer, reply: Reply, request: TrialRequest, only: string | undefined): string | undefined {
  const possible = only === undefined ? answer.endings : answer.endings.filter(each => each.place === '' || each.place.endsWith(`/${only}`));
  const ending = possible.find(each => isEnding(each, reply));
  if (!ending) {
    return `came to ${reply.from ? `${reply.from.service}-${reply.from.version}` : reply.text === 'outside' ? 'the outside' : `status ${reply.status}`}`;
  }
  // Times are whole milliseconds, of which the clock may have begun one before.
  const late = answer.delayedShare === 1 && reply.ms + 1 < answer.delay ? `was not held back for ${answer.delay} ms` : undefined;
  return late ?? answerDifference(answer, reply) ?? (reply.from && request.port !== 82 ? receivedDifference(ending, reply.from) ?? termsDifference(answer, reply.from) : undefined);
}

/** Whether a response is that of an outcome. */
export function isEnding(ending: Ending, { status, from, text, headers }: Reply): boolean {
  if (ending.place === '') {
    return from === undefined && status === ending.status && (ending.location === '' || ending.location === headers.location);
  }
  return from ? ending.place.endsWith(`/${from.version === 'v1' && from.service !== 'api' ? from.service : `${from.service}-${from.version}`}`) : text === 'outside' && !ending.place.includes('/');
}

function answerDifference(answer: Answer, { from, headers }: Reply): string | undefined {
  const wrong = from && Object.entries(answer.responseHeaders).find(([name, value]) => headers[name] !== value);
  return wrong && `the answer has ${wrong[0]}: ${String(headers[wrong[0]])}`;
}

/** The request that the callee received: the host, the path, and the headers that configuration can set. */
function receivedDifference(ending: Ending, from: NonNullable<Reply['from']>): string | undefined {
  const wrong = [...WATCHED, ...Object.keys(ending.headers)].find(name => !['authorization', 'x-token'].includes(name) && normal(ending.headers[name]) !== normal(from.headers[name]));
  const token = ['authorization', 'x-token'].find(name => (ending.headers[name] === undefined) !== (from.headers[name] === undefined));
  return from.path !== ending.path ? `arrived as ${from.path}, not as ${ending.path}`
    : String(from.headers.host ?? '') !== ending.host ? `arrived for ${String(from.headers.host)}, not for ${ending.host}`
      : wrong ? `arrived with ${wrong}: ${String(from.headers[wrong])}, not ${ending.headers[wrong]}`
        : token ? `arrived ${from.headers[token] === undefined ? 'without' : 'with'} ${token}` : undefined;
}

/** A proxy tells the callee how long it waits for this try; a callee's own proxy takes the request for one from outside, and removes that. */
function termsDifference({ timeout, perTryTimeout }: Answer, { headers, service }: NonNullable<Reply['from']>): string | undefined {
  if (RESIDENTS.some(each => each.service === service && each.isMeshed)) {
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
