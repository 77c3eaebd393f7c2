import { Kind, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { policiesOf } from '../../manifests/calls/call-policy';
import { CallGraph } from '../../manifests/calls/graph';
import { type Call, type Entry, evidenceOf, type Node } from '../../manifests/calls/node';
import { seesRequests, timeOf } from '../../manifests/calls/timeouts';
import { type Check, problem, type Problem } from '../../manifests/check';

export const rule: Check = {
  id: 'NoTimeout',
  severity: Severity.INFO,
  covers: [],
  summary: 'A chain of calls has no timeout anywhere',
  explanation:
    'One callee that hangs blocks every caller before it, and their connections, until the client gives '
    + 'up. Connections without HTTP cannot have one. Chains begin at gateway routes without a timeout, '
    + 'and at workloads without known callers.',
  *find(cluster) {
    const { nodes } = CallGraph.of(cluster);
    const open = new Map(nodes.map(node => [node, node.entries.filter(entry => timeOf(entry, cluster) === Infinity)]));
    yield* waysIn([...open.values()].flat());
    const pending: Call[] = nodes
      .filter(each => (open.get(each)?.length ?? 0) > 0 || (each.incoming.length === 0 && each.entries.length === 0))
      .flatMap(each => each.outgoing);
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
        yield problem(
          evidenceOf(call),
          `Neither this call from ${call.caller.name} to ${call.callee.name} nor the calls before it in the `
            + 'chain have a timeout.',
          `Set one in a VirtualService or HTTPRoute for ${call.service.name}.`,
        );
      }
    }
  },
};

/** Routes of connections, for which there are no timeouts of requests. */
const CONNECTIONS: readonly string[] = [Kind.TCP_ROUTE, Kind.TLS_ROUTE];

/** For each route, the first path to a service without callees: the other paths end in the same chain. */
function* waysIn(entries: readonly Entry[]): Iterable<Problem> {
  const seen = new Set<Resource>();
  for (const { route, rule, callee } of entries.filter(
    each => each.callee.outgoing.length === 0 && !CONNECTIONS.includes(each.route.type),
  )) {
    if (!seen.has(route)) {
      seen.add(route);
      yield problem(
        rule,
        `Requests to ${callee.name} through this route have no timeout.`,
        'Set a timeout in the rule.',
      );
    }
  }
}
