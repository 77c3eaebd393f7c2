import { carriesRequests, type Cluster } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { apiLimitsOf } from './api-limits';
import { describeMillis } from './durations';
import { CallGraph } from './graph';
import { type Call, evidenceOf, type Node } from './node';
import { termsOf, termsOfEntry } from './terms';

export const timeoutBeyondCaller: Check = {
  id: 'TimeoutBeyondCaller',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A call may take longer than any caller of its caller waits',
  explanation: 'When the outer call has timed out nobody wants the answer any more, and the inner one still holds a connection and works. The longest time that anybody gives the caller counts, routes of gateways included; '
    + 'a caller whom somebody gives any time is not looked at.',
  *find(cluster) {
    const graph = CallGraph.of(cluster);
    for (const node of graph.nodes) {
      const given = timeGiven(node, cluster);
      for (const call of Number.isFinite(given) ? node.outgoing : []) {
        for (const { at, timeout } of termsOf(call, cluster)) {
          if (timeout !== undefined && timeout > given) {
            yield problem(at, `${call.callee.name} may take ${describeMillis(timeout)}, and nobody gives ${node.name}, which waits for it, more than ${describeMillis(given)}.`,
              `Lower the timeout below ${describeMillis(given)}, or give ${node.name} more.`);
          }
        }
      }
    }
  },
};

/** The longest that anybody waits for a node: endless, where somebody sets no limit or nobody is known to call. */
function timeGiven(node: Node, cluster: Cluster): number {
  const limits = [...node.incoming.flatMap(call => termsOf(call, cluster)), ...node.entries.map(entry => termsOfEntry(entry, cluster))].map(each => each.timeout ?? Infinity);
  return limits.length === 0 ? Infinity : Math.max(...limits);
}

export const timeoutBeyondApi: Check = {
  id: 'TimeoutBeyondApi',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A route behind a managed API may take longer than the API waits',
  explanation: 'HTTP APIs of AWS wait 30 s at most (29 s where the CDK sets it), REST APIs 29 s unless raised: then the client gets 503 or 504, and what it asked for goes on. The limits are those of the integrations '
    + 'in the templates that are checked with the manifests; without templates nothing is looked at.',
  *find(cluster) {
    const limit = apiLimitsOf(cluster);
    for (const { entry, timeout } of limit === undefined ? [] : CallGraph.of(cluster).entries.map(entry => ({ entry, timeout: termsOfEntry(entry, cluster).timeout }))) {
      if (limit !== undefined && timeout !== undefined && timeout > limit) {
        yield problem(entry.rule, `The route allows ${describeMillis(timeout)}, and the API in front waits ${describeMillis(limit)}.`, `Lower it to ${describeMillis(limit)} or less.`);
      }
    }
  },
};

export const noTimeout: Check = {
  id: 'NoTimeout',
  severity: Severity.INFO,
  covers: [],
  summary: 'A chain of calls has no timeout anywhere',
  explanation: 'One callee that hangs holds every caller before it, and their connections, until the client gives up. Connections on which Istio sees no requests cannot have one.',
  *find(cluster) {
    const graph = CallGraph.of(cluster);
    const pending: Call[] = graph.nodes.filter(each => each.incoming.length === 0 && each.entries.every(entry => termsOfEntry(entry, cluster).timeout === undefined)).flatMap(each => each.outgoing);
    const seen = new Set<Call>();
    for (let call = pending.pop(); call; call = pending.pop()) {
      if (seen.has(call) || !seesRequests(call) || termsOf(call, cluster).some(each => each.timeout !== undefined)) {
        continue;
      }
      seen.add(call);
      const further = call.callee.outgoing.filter(seesRequests);
      if (further.length === 0) {
        yield problem(evidenceOf(call), `Neither this call from ${call.caller.name} to ${call.callee.name} nor those which lead to it have a timeout.`, `Set one in a VirtualService or HTTPRoute for ${call.service.name}.`);
      }
      pending.push(...further);
    }
  },
};

/** Whether Istio sees requests on the ports of a call, so that a timeout can be set. */
export function seesRequests({ service, ports }: Call): boolean {
  return service.spec.get('ports').items.filter(each => ports.size === 0 || ports.has(each.get('port').number ?? 0)).some(each => carriesRequests(each) === true);
}
