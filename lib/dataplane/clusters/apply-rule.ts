import type { Caller } from '../endpoints/caller';
import type { Context } from './context';
import { isPreflight } from '../policies/authentication';
import { corsOperations } from '../routes/cors';
import { followedBy, type HeaderOperations, joined, operated, toHost } from '../routes/header-operations';
import type { Message } from '../messages/message';
import type { Copy, SimulatedOutcome, SimulationResult } from './simulation-result';
import type { Proxy } from '../endpoints/proxy';
import type { Backend, Route, Rule } from '../routes/rule';
import { copiesTo, toCluster } from './to-cluster';

/** Applies the matching route to a request: fault injection first, then a direct response, or a backend. */
export function applyRule(
  { rule, match }: Route,
  message: Message,
  caller: Caller,
  proxy: Proxy,
  context: Context,
): SimulationResult {
  const forwarded = forward(rule, match?.path, message, caller, proxy, context);
  const { fault } = rule;
  const copies = copiesOf(rule, match?.path, forwarded, message, caller, proxy, context);
  const aborted = abortedBy(rule);
  return {
    outcomes: [
      ...aborted,
      ...forwarded.map(each => ({ ...each, share: each.share * (1 - (fault?.abortShare ?? 0)) })),
    ].filter(each => each.share > 0),
    rule: rule.at,
    timeoutMs: rule.reply ? undefined : rule.timeoutMs,
    retries: rule.reply || rule.retries.attempts === 0 ? undefined : rule.retries,
    fault,
    copies,
    settingsDoubt: copies.find(each => each.doubt)?.doubt,
    steps: [routedBy(rule.at)],
  };
}

/** The outcome of requests that the fault of a rule aborts, if it aborts any. */
export function abortedBy({ at, fault, response }: Rule): SimulatedOutcome[] {
  return fault && fault.abortShare > 0
    ? [
        {
          share: fault.abortShare,
          response,
          status: fault.status,
          by: at.get('fault'),
          reason: `aborted by ${at.resource.kind} ${at.resource.key} (${String(at)})`,
        },
      ]
    : [];
}

/** The mirrored requests: of those that the proxy sends to a backend. */
function copiesOf(
  rule: Rule,
  matched: Matched,
  forwarded: readonly SimulatedOutcome[],
  message: Message,
  caller: Caller,
  proxy: Proxy,
  context: Context,
): Copy[] {
  const [backend] = rule.backends;
  const sent = forwarded.filter(each => !each.isUnsent).reduce((sum, { share }) => sum + share, 0);
  const share = sent * (1 - (rule.fault?.abortShare ?? 0));
  return backend && share > 0
    ? rule.mirrors.flatMap(each =>
        copiesTo(
          { ...each, share: each.share * share },
          rewritten(rule, backend, matched, message),
          caller,
          proxy,
          context,
        ),
      )
    : [];
}

type Matched = Parameters<NonNullable<Rule['reply']>>[1];

/** A Service without rules has a default route. */
function routedBy(at: Rule['at']): string {
  const { kind, key } = at.resource;
  return at.isRoot ? `default route to ${kind} ${key}` : `routed by ${kind} ${key} (${String(at)})`;
}

function forward(
  rule: Rule,
  matched: Matched,
  message: Message,
  caller: Caller,
  proxy: Proxy,
  context: Context,
): readonly SimulatedOutcome[] {
  // Where a route answers by itself, its CORS policy counts for nothing.
  if (
    rule.cors
    && !rule.reply
    && isPreflight(message)
    && (rule.cors.takesOrigin(message.headers.origin ?? '') || rule.cors.answersAll)
  ) {
    const response = corsOperations(rule.cors, message, true);
    return [
      { share: 1, status: 200, response, by: rule.at, reason: 'CORS preflight response of the proxy', isUnsent: true },
    ];
  }
  const reply = rule.reply?.(message, matched);
  if (reply) {
    return [
      {
        share: 1,
        status: reply.status,
        location: reply.location,
        response: rule.response,
        by: rule.at,
        isUnsent: true,
        reason: `direct response of ${rule.at.resource.kind} ${rule.at.resource.key} (${String(rule.at)})`,
      },
    ];
  }
  return rule.backends.flatMap(backend =>
    toCluster(
      { backend, status: rule.unknownBackendStatus, attempts: rule.retries.attempts },
      rewritten(rule, backend, matched, message),
      caller,
      proxy,
      context,
    ).map(each => ({
      ...each,
      share: each.share * backend.share,
      response: changed(rule, inOrder(backend, rule.response, backend.response), message),
    })),
  );
}

/** A request as a backend of a rule gets it. */
function rewritten(rule: Rule, backend: Backend, matched: Matched, message: Message): Message {
  const path = rule.rewrite?.path(message.path, matched) ?? message.path;
  return toHost(
    { ...message, ...splitPath(path, message.query), headers: headersFor(rule, backend, message) },
    rule.rewriteHost ?? backend.rewriteHost,
  );
}

/** The changes of response headers: those of the levels, then the CORS policy. */
function changed({ cors }: Rule, levels: readonly HeaderOperations[], message: Message): HeaderOperations {
  return [...levels, ...(cors ? [corsOperations(cors, message, false)] : [])].reduce(followedBy);
}

/** A rewritten path may include a query. */
function splitPath(path: string, query: string): { path: string; query: string } {
  const [head = '', ...rest] = path.split('?');
  return { path: head, query: [rest.join('?'), query].filter(each => each !== '').join('&') };
}

function headersFor(rule: Rule, backend: Backend, message: Message): Message['headers'] {
  return inOrder(backend, rule.request, backend.request).reduce(operated, message.headers);
}

/** Envoy applies the header operations of a weighted cluster before those of the route; a single one has none. */
function inOrder({ isWeighted }: Backend, ofRule: HeaderOperations, ofBackend: HeaderOperations): HeaderOperations[] {
  return isWeighted ? [ofBackend, ofRule] : [joined(ofRule, ofBackend)];
}
