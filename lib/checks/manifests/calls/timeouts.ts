import { carriesRequests, type Cluster, describeMillis, protocolOf, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, type Problem } from '../check';
import { apiLimitOf } from './api-limits';
import { policiesOf, policyOfEntry } from './call-policy';
import { CallGraph } from './graph';
import { type Call, type Entry, evidenceOf, type Node } from './node';

export const timeoutBeyondCaller: Check = {
  id: 'TimeoutBeyondCaller',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A call has a longer timeout than all calls to its caller',
  explanation: 'After the outer call has timed out, the inner one still occupies a connection and does work whose result is discarded. The longest timeout of all calls to the caller counts, including gateway routes and the '
    + 'managed API in front of them; a caller that is called anywhere without a timeout is not checked.',
  *find(cluster) {
    const graph = CallGraph.of(cluster);
    for (const node of graph.nodes) {
      const given = timeGiven(node, cluster);
      for (const call of Number.isFinite(given) ? node.outgoing : []) {
        for (const { timeoutAt, timeout } of policiesOf(call, cluster)) {
          if (timeout !== undefined && timeout > given) {
            yield problem(timeoutAt, `${call.callee.name} may take ${describeMillis(timeout)}, but no call to ${node.name}, which waits for it, has a timeout above ${describeMillis(given)}.`,
              `Lower the timeout below ${describeMillis(given)}, or raise the timeouts of calls to ${node.name}.`);
          }
        }
      }
    }
  },
};

/** The longest timeout of all calls to a node: infinite if one has no timeout or if there are no known callers. */
function timeGiven(node: Node, cluster: Cluster): number {
  const limits = [...node.incoming.flatMap(call => policiesOf(call, cluster).map(each => each.timeout ?? Infinity)), ...node.entries.map(entry => timeOf(entry, cluster))];
  return limits.length === 0 ? Infinity : limits.reduce((most, each) => Math.max(most, each), 0);
}

/** The timeout of an entry: that of its route, or of the managed API in front of it if that is shorter. */
function timeOf(entry: Entry, cluster: Cluster): number {
  return Math.min(policyOfEntry(entry, cluster).timeout ?? Infinity, apiLimitOf(entry, cluster) ?? Infinity);
}

export const timeoutBeyondApi: Check = {
  id: 'TimeoutBeyondApi',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A route behind a managed API has a longer timeout than the API',
  explanation: 'AWS HTTP APIs wait at most 30 s (29 s as set by the CDK, including the network path to the cluster), REST APIs 29 s unless raised: then the client gets 503 or 504, while the request continues. The limits are '
    + 'those of the integrations in the templates that are checked with the manifests; without templates no route is checked, and if TargetGroupBindings refer to Gateways, only those Gateways are.',
  *find(cluster) {
    for (const entry of CallGraph.of(cluster).entries) {
      const limit = apiLimitOf(entry, cluster);
      const { timeout, timeoutAt } = policyOfEntry(entry, cluster);
      if (limit !== undefined && (timeout ?? Infinity) > limit) {
        yield problem(timeoutAt, `The route ${timeout === undefined ? 'has no timeout' : `has a timeout of ${describeMillis(timeout)}`}, and the API in front waits ${describeMillis(limit)}.`,
          `Set a timeout of ${describeMillis(limit)} or less.`);
      }
    }
  },
};

export const noTimeout: Check = {
  id: 'NoTimeout',
  severity: Severity.INFO,
  covers: [],
  summary: 'A chain of calls has no timeout anywhere',
  explanation: 'One callee that hangs blocks every caller before it, and their connections, until the client gives up. Connections without HTTP cannot have one. Chains begin at gateway routes without a timeout, '
    + 'and at workloads without known callers.',
  *find(cluster) {
    const { nodes } = CallGraph.of(cluster);
    const open = new Map(nodes.map(node => [node, node.entries.filter(entry => timeOf(entry, cluster) === Infinity)]));
    yield* waysIn([...open.values()].flat());
    const pending: Call[] = nodes.filter(each => (open.get(each)?.length ?? 0) > 0 || (each.incoming.length === 0 && each.entries.length === 0)).flatMap(each => each.outgoing);
    const seen = new Set<Call>();
    const passed = new Set<Node>();
    for (let call = pending.pop(); call; call = pending.pop()) {
      if (seen.has(call) || !seesRequests(call) || policiesOf(call, cluster).some(each => each.timeout !== undefined)) {
        continue;
      }
      seen.add(call);
      const { callee } = call;
      const further = passed.has(callee) ? [] : callee.outgoing.filter(seesRequests);
      if (further.length > 0) {
        passed.add(callee);
        pending.push(...further);
      } else if (!passed.has(callee)) {
        yield problem(evidenceOf(call), `Neither this call from ${call.caller.name} to ${call.callee.name} nor the calls before it in the chain have a timeout.`, `Set one in a VirtualService or HTTPRoute for ${call.service.name}.`);
      }
    }
  },
};

/** For each route, the first path to a service without callees: the other paths end in the same chain. */
function* waysIn(entries: readonly Entry[]): Iterable<Problem> {
  const seen = new Set<Resource>();
  for (const { route, rule, callee } of entries.filter(each => each.callee.outgoing.length === 0 && !seen.has(each.route))) {
    if (!seen.has(route)) {
      seen.add(route);
      yield problem(rule, `Requests to ${callee.name} through this route have no timeout.`, 'Set a timeout in the rule.');
    }
  }
}

/** Ports that usually carry another protocol than HTTP, for Services without a declared protocol. */
const OTHERS = new Set([21, 22, 25, 53, 389, 1433, 1521, 2181, 3306, 4222, 5432, 5672, 6379, 9042, 9092, 11211, 27017]);

/** Whether Istio handles the ports of a call as HTTP, so that a timeout can be set: without a declared protocol it detects HTTP. */
export function seesRequests({ service, ports }: Call): boolean {
  return service.spec.get('ports').items.filter(each => ports.size === 0 || ports.has(each.get('port').number ?? 0))
    .some(each => carriesRequests(each) ?? (protocolOf(each) === undefined && !OTHERS.has(each.get('port').number ?? 0)));
}
