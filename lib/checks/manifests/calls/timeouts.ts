import { carriesRequests, type Cluster, describeMillis, protocolOf, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, type Problem } from '../check';
import { apiLimitOf } from './api-limits';
import { CallGraph } from './graph';
import { type Call, type Entry, evidenceOf, type Node } from './node';
import { termsOf, termsOfEntry } from './terms';

export const timeoutBeyondCaller: Check = {
  id: 'TimeoutBeyondCaller',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A call may take longer than any caller of its caller waits',
  explanation: 'When the outer call has timed out nobody wants the answer any more, and the inner one still holds a connection and works. The longest time that anybody gives the caller counts, routes of gateways and the '
    + 'managed API in front of them included; a caller whom somebody gives any time is not looked at.',
  *find(cluster) {
    const graph = CallGraph.of(cluster);
    for (const node of graph.nodes) {
      const given = timeGiven(node, cluster);
      for (const call of Number.isFinite(given) ? node.outgoing : []) {
        for (const { timeoutAt, timeout } of termsOf(call, cluster)) {
          if (timeout !== undefined && timeout > given) {
            yield problem(timeoutAt, `${call.callee.name} may take ${describeMillis(timeout)}, and nobody gives ${node.name}, which waits for it, more than ${describeMillis(given)}.`,
              `Lower the timeout below ${describeMillis(given)}, or give ${node.name} more.`);
          }
        }
      }
    }
  },
};

/** The longest that anybody waits for a node: endless, where somebody sets no limit or nobody is known to call. */
function timeGiven(node: Node, cluster: Cluster): number {
  const limits = [...node.incoming.flatMap(call => termsOf(call, cluster).map(each => each.timeout ?? Infinity)), ...node.entries.map(entry => timeOf(entry, cluster))];
  return limits.length === 0 ? Infinity : limits.reduce((most, each) => Math.max(most, each), 0);
}

/** The time that a way in gives: that of its route, or of the managed API in front of it if that gives less. */
function timeOf(entry: Entry, cluster: Cluster): number {
  return Math.min(termsOfEntry(entry, cluster).timeout ?? Infinity, apiLimitOf(entry, cluster) ?? Infinity);
}

export const timeoutBeyondApi: Check = {
  id: 'TimeoutBeyondApi',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A route behind a managed API may take longer than the API waits',
  explanation: 'HTTP APIs of AWS wait 30 s at most (29 s where the CDK sets it, and with the way to the cluster), REST APIs 29 s unless raised: then the client gets 503 or 504, and what it asked for goes on. The limits are '
    + 'those of the integrations in the templates that are checked with the manifests; without templates nothing is looked at, and where TargetGroupBindings lead to Gateways only these are.',
  *find(cluster) {
    for (const entry of CallGraph.of(cluster).entries) {
      const limit = apiLimitOf(entry, cluster);
      const { timeout, timeoutAt } = termsOfEntry(entry, cluster);
      if (limit !== undefined && (timeout ?? Infinity) > limit) {
        yield problem(timeoutAt, `The route ${timeout === undefined ? 'sets no limit' : `allows ${describeMillis(timeout)}`}, and the API in front waits ${describeMillis(limit)}.`,
          `Give it a timeout of ${describeMillis(limit)} or less.`);
      }
    }
  },
};

export const noTimeout: Check = {
  id: 'NoTimeout',
  severity: Severity.INFO,
  covers: [],
  summary: 'A chain of calls has no timeout anywhere',
  explanation: 'One callee that hangs holds every caller before it, and their connections, until the client gives up. Connections on which Istio sees no requests cannot have one. Chains begin at gateways without a limit, '
    + 'and at what nobody is known to call.',
  *find(cluster) {
    const { nodes } = CallGraph.of(cluster);
    const open = new Map(nodes.map(node => [node, node.entries.filter(entry => timeOf(entry, cluster) === Infinity)]));
    yield* waysIn([...open.values()].flat());
    const pending: Call[] = nodes.filter(each => (open.get(each)?.length ?? 0) > 0 || (each.incoming.length === 0 && each.entries.length === 0)).flatMap(each => each.outgoing);
    const seen = new Set<Call>();
    const passed = new Set<Node>();
    for (let call = pending.pop(); call; call = pending.pop()) {
      if (seen.has(call) || !seesRequests(call) || termsOf(call, cluster).some(each => each.timeout !== undefined)) {
        continue;
      }
      seen.add(call);
      const { callee } = call;
      const further = passed.has(callee) ? [] : callee.outgoing.filter(seesRequests);
      if (further.length > 0) {
        passed.add(callee);
        pending.push(...further);
      } else if (!passed.has(callee)) {
        yield problem(evidenceOf(call), `Neither this call from ${call.caller.name} to ${call.callee.name} nor those which lead to it have a timeout.`, `Set one in a VirtualService or HTTPRoute for ${call.service.name}.`);
      }
    }
  },
};

/** Of each route the first way to a service that calls nobody: the others end where the chain does. */
function* waysIn(entries: readonly Entry[]): Iterable<Problem> {
  const seen = new Set<Resource>();
  for (const { route, rule, callee } of entries.filter(each => each.callee.outgoing.length === 0 && !seen.has(each.route))) {
    if (!seen.has(route)) {
      seen.add(route);
      yield problem(rule, `Nothing limits how long requests to ${callee.name} may take on this way in.`, 'Set a timeout in the rule.');
    }
  }
}

/** Ports on which something other than HTTP usually speaks, where the Service does not say. */
const OTHERS = new Set([21, 22, 25, 53, 389, 1433, 1521, 2181, 3306, 4222, 5432, 5672, 6379, 9042, 9092, 11211, 27017]);

/** Whether Istio sees requests on the ports of a call, so that a timeout can be set: where the Service does not say, it looks for itself. */
export function seesRequests({ service, ports }: Call): boolean {
  return service.spec.get('ports').items.filter(each => ports.size === 0 || ports.has(each.get('port').number ?? 0))
    .some(each => carriesRequests(each) ?? (protocolOf(each) === undefined && !OTHERS.has(each.get('port').number ?? 0)));
}
