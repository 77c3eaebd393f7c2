import { type Cluster, type Field, Kind, protocolOf } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { CallGraph } from './graph';
import { type Call, evidenceOf } from './node';
import { forwardingRules } from './rules-between';
import { type Terms, termsOf, termsOfRule } from './terms';

export const retriedWrites: Check = {
  id: 'RetriedWrites',
  severity: Severity.WARNING,
  covers: [],
  summary: 'Requests that change something are tried again after the callee may have done them',
  explanation: 'POST and PATCH are not idempotent: a payment is made twice. `connect-failure` and `refused-stream` are certain not to have reached the callee, and conditions of gRPC (`unavailable`, `cancelled`) do not apply to '
    + 'other requests; all else does. Known by the methods that routes match, and those which AuthorizationPolicies let callers use; gRPC, where everything is POST, is left out.',
  *find(cluster) {
    for (const { what, terms, at } of writes(cluster)) {
      const risky = terms.retryOn.filter(isRisky);
      if (terms.retries > 0 && risky.length > 0) {
        yield problem(terms.isExplicit ? terms.retriesAt : at, `${what}, and failed requests are tried ${times(terms.retries)}${terms.isExplicit ? '' : ', as the mesh configuration has it'}, also after ${risky.join(', ')}.`, remedyFor(terms));
      }
    }
  },
};

export const implicitRetries: Check = {
  id: 'ImplicitRetries',
  severity: Severity.INFO,
  covers: [],
  summary: 'Whether requests that change something are tried again is left to Istio',
  explanation: 'Where nothing is said Istio tries twice more: since 1.24 after what cannot have reached the callee (and for gRPC after `unavailable` and `cancelled`), before that after 503 too, by which a payment is made twice. '
    + 'Looked at for POST and PATCH, as in RetriedWrites.',
  *find(cluster) {
    const isLeftToIstio = !cluster.mesh.get('defaultHttpRetryPolicy')?.exists;
    for (const { what, terms, at } of isLeftToIstio ? writes(cluster) : []) {
      if (terms.retries > 0 && !terms.isExplicit) {
        yield problem(at, `${what}, and Istio by itself tries failed requests ${times(terms.retries)}: before 1.24 after 503 too.`, remedyFor(terms));
      }
    }
  },
};

interface Write {
  readonly what: string;
  readonly terms: Terms;
  /** Where to point if the terms themselves are written nowhere. */
  readonly at: Field;
}

/** The rules and calls by which requests go that change something. */
function* writes(cluster: Cluster): Iterable<Write> {
  const ruled = new Set<string>();
  for (const rule of forwardingRules(cluster).filter(matchesWrites)) {
    ruled.add(placeOf(rule));
    yield { what: 'The route is for POST or PATCH', terms: termsOfRule(rule, cluster), at: rule };
  }
  for (const call of CallGraph.of(cluster).calls.filter(each => each.granted.size > 0 && !isGrpc(each))) {
    const methods = WRITES.filter(each => call.granted.has(each));
    for (const terms of methods.length > 0 ? termsOf(call, cluster).filter(each => !ruled.has(placeOf(each.at)) && maySeeWrites(each.at)) : []) {
      yield { what: `${call.caller.name} may use ${methods.join(' and ')} at ${call.callee.name}`, terms, at: evidenceOf(call) };
    }
  }
}

const WRITES: readonly string[] = ['POST', 'PATCH'];
/** What cannot have reached the callee, so that trying again does nothing twice. */
const SAFE = new Set(['connect-failure', 'refused-stream', 'reset-before-request', 'retriable-headers', 'envoy-ratelimited', 'retriable-status-codes', '425', '429']);
/** What is read from the status of gRPC, which other answers do not have. */
const OF_GRPC = new Set(['cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable']);

function isRisky(condition: string): boolean {
  return !SAFE.has(condition) && !OF_GRPC.has(condition);
}

function times(retries: number): string {
  return retries === 1 ? 'once more' : `${retries} more times`;
}

/** A route of the Gateway API has no way to say that nothing is tried again: `retry` has one attempt at least, and is not in the standard channel. */
function remedyFor({ at: { resource }, isExplicit }: Terms): string {
  if (resource.type !== Kind.HTTP_ROUTE && resource.type !== Kind.GRPC_ROUTE) {
    return 'Set `retries: { attempts: 0 }` in the VirtualService, or `retryOn: connect-failure,refused-stream`.';
  }
  return isExplicit ? 'Give these methods a rule of their own, without `retry`.' : 'Set `defaultHttpRetryPolicy: { attempts: 0 }` in the mesh configuration: an HTTPRoute cannot say so.';
}

function placeOf(rule: Field): string {
  return `${rule.resource.type} ${rule.resource.key} ${String(rule)}`;
}

function matchesWrites(rule: Field): boolean {
  return rule.resource.type !== Kind.GRPC_ROUTE && matchesOf(rule).some(match => methodsOf(match).some(each => WRITES.includes(each)) && !isMethodOfGrpc(match));
}

/** Whether a rule takes other methods than it matches: one for reads alone has nothing to do with writes. */
function maySeeWrites(rule: Field): boolean {
  return matchesOf(rule).every(match => methodsOf(match).length === 0);
}

function matchesOf(rule: Field): Field[] {
  return rule.get(rule.resource.type === Kind.VIRTUAL_SERVICE ? 'match' : 'matches').items;
}

/** The methods that a match names; those of a regular expression, if it is a list of them. */
function methodsOf(match: Field): string[] {
  const method = match.get('method');
  const [exact, prefix, regex] = ['exact', 'prefix', 'regex'].map(name => method.get(name).text);
  return method.text !== '' ? [method.text] : exact ? [exact] : prefix ? WRITES.filter(each => each.startsWith(prefix)) : regex?.replace(/[\^$()?:]/g, '').split('|').filter(each => each !== '') ?? [];
}

function isMethodOfGrpc(match: Field): boolean {
  return /^\/[\w.]+\.\w+\/\w+$/.test(match.resource.type === Kind.VIRTUAL_SERVICE ? match.get('uri', 'exact').text : match.get('path', 'value').text);
}

const NOT_PLAIN_HTTP = ['grpc', 'grpc-web', 'tcp', 'mongo', 'mysql', 'redis', 'tls', 'https', 'udp'];

function isGrpc({ service, ports }: Call): boolean {
  const called = service.spec.get('ports').items.filter(each => ports.size === 0 || ports.has(each.get('port').number ?? 0));
  return called.length > 0 && called.every(each => NOT_PLAIN_HTTP.includes(protocolOf(each) ?? ''));
}
