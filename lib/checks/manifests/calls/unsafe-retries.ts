import { type Cluster, type Field, Kind, protocolOf } from '../../../manifests';
import { type CallPolicy, policiesOf, policyOfRule } from './call-policy';
import { CallGraph } from './graph';
import { type Call, evidenceOf } from './node';
import { forwardingRules } from './rules-between';

interface Write {
  readonly what: string;
  readonly policy: CallPolicy;
  /** The field to report if no retry settings exist. */
  readonly at: Field;
}

/** The rules and calls that carry non-idempotent requests. */
export function* writes(cluster: Cluster): Iterable<Write> {
  const ruled = new Set<string>();
  for (const rule of forwardingRules(cluster).filter(matchesWrites)) {
    ruled.add(placeOf(rule));
    yield { what: 'The route is for POST or PATCH', policy: policyOfRule(rule, cluster), at: rule };
  }
  for (const call of CallGraph.of(cluster).calls.filter(each => each.granted.size > 0 && !isGrpc(each))) {
    const methods = WRITES.filter(each => call.granted.has(each));
    for (const policy of methods.length > 0
      ? policiesOf(call, cluster).filter(each => !ruled.has(placeOf(each.at)) && maySeeWrites(each.at))
      : []) {
      yield {
        what: `${call.caller.name} may use ${methods.join(' and ')} at ${call.callee.name}`,
        policy,
        at: evidenceOf(call),
      };
    }
  }
}

const WRITES: readonly string[] = ['POST', 'PATCH'];

export function times(retries: number): string {
  return retries === 1 ? '1 retry' : `${retries} retries`;
}

/**
 * A route of the Gateway API cannot disable retries: `retry` has at least one attempt, and is not in the standard
 * channel.
 */
export function fixFor({ at: { resource }, isExplicit }: CallPolicy): string {
  if (resource.type !== Kind.HTTP_ROUTE && resource.type !== Kind.GRPC_ROUTE) {
    return 'Set `retries: { attempts: 0 }` in the VirtualService, or `retryOn: connect-failure,refused-stream`.';
  }
  return isExplicit
    ? 'Use a separate rule for these methods, without `retry`.'
    : 'Set `defaultHttpRetryPolicy: { attempts: 0 }` in the mesh configuration, since an HTTPRoute cannot '
        + 'disable retries.';
}

function placeOf(rule: Field): string {
  return `${rule.resource.type} ${rule.resource.key} ${String(rule)}`;
}

function matchesWrites(rule: Field): boolean {
  return (
    rule.resource.type !== Kind.GRPC_ROUTE
    && matchesOf(rule).some(match => methodsOf(match).some(each => WRITES.includes(each)) && !isMethodOfGrpc(match))
  );
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
  return method.text !== ''
    ? [method.text]
    : exact
      ? [exact]
      : prefix
        ? WRITES.filter(each => each.startsWith(prefix))
        : (regex
            ?.replace(/[\^$()?:]/g, '')
            .split('|')
            .filter(each => each !== '') ?? []);
}

function isMethodOfGrpc(match: Field): boolean {
  return /^\/[\w.]+\.\w+\/\w+$/.test(
    match.resource.type === Kind.VIRTUAL_SERVICE ? match.get('uri', 'exact').text : match.get('path', 'value').text,
  );
}

const NOT_PLAIN_HTTP = ['grpc', 'grpc-web', 'tcp', 'mongo', 'mysql', 'redis', 'tls', 'https', 'udp'];

function isGrpc({ service, ports }: Call): boolean {
  const called = service.spec
    .get('ports')
    .items.filter(each => ports.size === 0 || ports.has(each.get('port').number ?? 0));
  return called.length > 0 && called.every(each => NOT_PLAIN_HTTP.includes(protocolOf(each) ?? ''));
}
