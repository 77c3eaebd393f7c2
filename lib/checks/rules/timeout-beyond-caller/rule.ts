import { type Cluster, describeMillis } from '../../../manifests';
import { Severity } from '../../finding';
import { policiesOf } from '../../manifests/calls/call-policy';
import { CallGraph } from '../../manifests/calls/graph';
import type { Node } from '../../manifests/calls/node';
import { timeOf } from '../../manifests/calls/timeouts';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'TimeoutBeyondCaller',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A call has a longer timeout than all calls to its caller',
  explanation:
    'After the outer call has timed out, the inner one still occupies a connection and does work whose '
    + 'result is discarded. The longest timeout of all calls to the caller counts, including gateway '
    + 'routes and the '
    + 'managed API in front of them; a caller that is called anywhere without a timeout is not checked.',
  *find(cluster) {
    const graph = CallGraph.of(cluster);
    for (const node of graph.nodes) {
      const given = timeGiven(node, cluster);
      for (const call of Number.isFinite(given) ? node.outgoing : []) {
        for (const { timeoutAt, timeout } of policiesOf(call, cluster)) {
          if (timeout !== undefined && timeout > given) {
            yield problem(
              timeoutAt,
              `${call.callee.name} may take ${describeMillis(timeout)}, but no call to ${node.name}, which `
                + `waits for it, has a timeout above ${describeMillis(given)}.`,
              `Lower the timeout below ${describeMillis(given)}, or raise the timeouts of calls to ${node.name}.`,
            );
          }
        }
      }
    }
  },
};

/** The longest timeout of all calls to a node: infinite if one has no timeout or if there are no known callers. */
function timeGiven(node: Node, cluster: Cluster): number {
  const limits = [
    ...node.incoming.flatMap(call => policiesOf(call, cluster).map(each => each.timeout ?? Infinity)),
    ...node.entries.map(entry => timeOf(entry, cluster)),
  ];
  return limits.length === 0 ? Infinity : limits.reduce((most, each) => Math.max(most, each), 0);
}
