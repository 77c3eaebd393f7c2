import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1' with {
  'resolution-mode': 'import',
};
import { durationOf, literalValues, render, type Rendering, type SpecOf } from '../kubernetes';
import {
  type Abort,
  type CallPolicy,
  type Delay,
  type Faults,
  type HeaderChanges,
  type HeaderOperations,
  literalRegex,
  type PathPrefixRewrite,
  type Retries,
  RETRY_ON,
  type Rewrite,
} from '../topology';

type HttpRoute = NonNullable<SpecOf<IVirtualService>['http']>[number];
type HttpRetries = NonNullable<HttpRoute['retries']>;
type HttpFault = NonNullable<HttpRoute['fault']>;
type HttpRewrite = NonNullable<HttpRoute['rewrite']>;
type Headers = NonNullable<HttpRoute['headers']>;
type Operations = NonNullable<Headers['request']>;

const RETRIES = {
  attempts: ({ attempts }) => ({ attempts }),
  perTryTimeout: ({ perTryTimeout }) => ({ perTryTimeout: durationOf(perTryTimeout) }),
  on: ({ on }) => ({ retryOn: (on ?? RETRY_ON).join(',') }),
} satisfies Rendering<Retries, HttpRetries>;

const DELAY = {
  duration: ({ duration }) => ({ fixedDelay: durationOf(duration) }),
  percent: ({ percent }) => ({ percentage: { value: percent ?? 100 } }),
} satisfies Rendering<Delay, NonNullable<HttpFault['delay']>>;

const ABORT = {
  status: ({ status }) => ({ httpStatus: status }),
  percent: ({ percent }) => ({ percentage: { value: percent ?? 100 } }),
} satisfies Rendering<Abort, NonNullable<HttpFault['abort']>>;

const FAULTS = {
  delay: ({ delay }) => (delay ? { delay: render(DELAY, delay) } : {}),
  abort: ({ abort }) => (abort ? { abort: render(ABORT, abort) } : {}),
  // A rule of its own, see `routesUnder`.
  match: () => ({}),
} satisfies Rendering<Faults, HttpFault>;

const OPERATIONS = {
  set: ({ set }) => ({ set: set && Object.fromEntries(literalValues(set)) }),
  add: ({ add }) => ({ add: add && Object.fromEntries(literalValues(add)) }),
  remove: ({ remove }) => ({ remove: remove && [...remove].sort() }),
} satisfies Rendering<HeaderOperations, Operations>;

const HEADERS = {
  request: ({ request }) => (request ? { request: render(OPERATIONS, request) } : {}),
  response: ({ response }) => (response ? { response: render(OPERATIONS, response) } : {}),
} satisfies Rendering<HeaderChanges, Headers>;

const REWRITE = {
  pathPrefix: ({ pathPrefix }) => (pathPrefix ? { uriRegexRewrite: prefixRewrite(pathPrefix) } : {}),
  host: ({ host }) => ({ authority: host }),
} satisfies Rendering<Rewrite, HttpRewrite>;

/** The fields of a rule of a VirtualService for each property of a call's policy. */
export const TERMS = {
  timeout: ({ timeout }) => ({ timeout: durationOf(timeout) }),
  // Always rendered: without the field Istio retries twice.
  retries: ({ retries }) => ({ retries: retries?.attempts ? render(RETRIES, retries) : { attempts: 0 } }),
  faults: ({ faults }) => (faults?.delay || faults?.abort ? { fault: render(FAULTS, faults) } : {}),
  headers: ({ headers }) => (headers?.request || headers?.response ? { headers: render(HEADERS, headers) } : {}),
  rewrite: ({ rewrite }) => (rewrite ? { rewrite: render(REWRITE, rewrite) } : {}),
} satisfies Rendering<CallPolicy, HttpRoute>;

/**
 * An expression, since `rewrite.uri` replaces what the match of the rule has matched, and a call has no such match. It
 * is applied to the path without the query.
 */
function prefixRewrite({ from, to }: PathPrefixRewrite): HttpRewrite['uriRegexRewrite'] {
  const [before, after] = [from, to].map(each => (each === '/' ? '' : each));
  const prefix = before && literalRegex(before);
  return prefix === ''
    ? { match: '^/(.*)$', rewrite: `${after}/\\1` }
    : after === ''
      ? { match: `^${prefix}(/(.*))?$`, rewrite: '/\\2' }
      : { match: `^${prefix}(/.*)?$`, rewrite: `${after}\\1` };
}
