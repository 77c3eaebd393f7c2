import { type Cluster, type Field, Kind, protocolOf } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { type CallPolicy, policiesOf, policyOfRule } from './call-policy';
import { CallGraph } from './graph';
import { type Call, evidenceOf } from './node';
import { forwardingRules } from './rules-between';

export const retriedWrites: Check = {
  id: 'RetriedWrites',
  severity: Severity.WARNING,
  covers: [],
  summary: 'Non-idempotent requests are retried after the callee may have processed them',
  explanation: 'POST and PATCH are not idempotent: a payment may be made twice. Requests that fail with `connect-failure` and `refused-stream` have not reached the callee, and gRPC conditions (`unavailable`, `cancelled`) do not apply to '
    + 'other requests; all other conditions are unsafe. The methods are those that routes match and that AuthorizationPolicies allow callers; gRPC, where every request is a POST, is not checked.',
  *find(cluster) {
    for (const { what, policy, at } of writes(cluster)) {
      const risky = policy.retryOn.filter(isRisky);
      if (policy.retries > 0 && risky.length > 0) {
        yield problem(policy.isExplicit ? policy.retriesAt : at, `${what}, and failed requests have ${times(policy.retries)}${policy.isExplicit ? '' : ', as set in the mesh configuration'}, also after ${risky.join(', ')}.`, fixFor(policy));
      }
    }
  },
};

export const implicitRetries: Check = {
  id: 'ImplicitRetries',
  severity: Severity.INFO,
  covers: [],
  summary: 'Non-idempotent requests are subject to Istio\'s default retries',
  explanation: 'By default Istio retries twice: since 1.24 only failures that cannot have reached the callee (and for gRPC `unavailable` and `cancelled`), before 1.24 also 503, which may make a payment twice. '
    + 'POST and PATCH are checked, as in RetriedWrites.',
  *find(cluster) {
    const isLeftToIstio = !cluster.mesh.get('defaultHttpRetryPolicy')?.exists;
    for (const { what, policy, at } of isLeftToIstio ? writes(cluster) : []) {
      if (policy.retries > 0 && !policy.isExplicit) {
        yield problem(at, `${what}, and by default Istio makes ${times(policy.retries)} of failed requests: before 1.24 also after 503.`, fixFor(policy));
      }
    }
  },
};

interface Write {
  readonly what: string;
  readonly policy: CallPolicy;
  /** The field to report if no retry settings exist. */
  readonly at: Field;
}

/** The rules and calls that carry non-idempotent requests. */
function* writes(cluster: Cluster): Iterable<Write> {
  const ruled = new Set<string>();
  for (const rule of forwardingRules(cluster).filter(matchesWrites)) {
    ruled.add(placeOf(rule));
    yield { what: 'The route is for POST or PATCH', policy: policyOfRule(rule, cluster), at: rule };
  }
  for (const call of CallGraph.of(cluster).calls.filter(each => each.granted.size > 0 && !isGrpc(each))) {
    const methods = WRITES.filter(each => call.granted.has(each));
    for (const policy of methods.length > 0 ? policiesOf(call, cluster).filter(each => !ruled.has(placeOf(each.at)) && maySeeWrites(each.at)) : []) {
      yield { what: `${call.caller.name} may use ${methods.join(' and ')} at ${call.callee.name}`, policy, at: evidenceOf(call) };
    }
  }
}

const WRITES: readonly string[] = ['POST', 'PATCH'];
/** Failures that cannot have reached the callee, so that a retry is safe. */
const SAFE = new Set(['connect-failure', 'refused-stream', 'reset-before-request', 'retriable-headers', 'envoy-ratelimited', 'retriable-status-codes', '425', '429']);
/** Conditions on the gRPC status, which other responses do not have. */
const OF_GRPC = new Set(['cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable']);

function isRisky(condition: string): boolean {
  return !SAFE.has(condition) && !OF_GRPC.has(condition);
}

function times(retries: number): string {
  return retries === 1 ? '1 retry' : `${retries} retries`;
}

/** A route of the Gateway API cannot disable retries: `retry` has at least one attempt, and is not in the standard channel. */
function fixFor({ at: { resource }, isExplicit }: CallPolicy): string {
  if (resource.type !== Kind.HTTP_ROUTE && resource.type !== Kind.GRPC_ROUTE) {
    return 'Set `retries: { attempts: 0 }` in the VirtualService, or `retryOn: connect-failure,refused-stream`.';
  }
  return isExplicit ? 'Use a separate rule for these methods, without `retry`.' : 'Set `defaultHttpRetryPolicy: { attempts: 0 }` in the mesh configuration, since an HTTPRoute cannot disable retries.';
}

function placeOf(rule: Field): string {
  return `${rule.resource.type} ${rule.resource.key} ${String(rule)}`;
}

function matchesWrites(rule: Field): boolean {
  return rule.resource.type !== Kind.GRPC_ROUTE && matchesOf(rule).some(match => methodsOf(match).some(each => WRITES.includes(each)) && !isMethodOfGrpc(match));
}

/** Whether a rule may match methods other than the ones it lists: a rule for reads only never carries writes. */
function maySeeWrites(rule: Field): boolean {
  return matchesOf(rule).every(match => methodsOf(match).length === 0);
}

function matchesOf(rule: Field): Field[] {
  return rule.get(rule.resource.type === Kind.VIRTUAL_SERVICE ? 'match' : 'matches').items;
}

/** The methods in a match; those of a regular expression, if it is a list of alternatives. */
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
