import { Severity } from '../../finding';
import { CallGraph } from '../../manifests/calls/graph';
import { evidenceOf, type Node } from '../../manifests/calls/node';
import { seesRequests } from '../../manifests/calls/timeouts';
import { type Check, problem } from '../../manifests/check';
import { listed } from '../../manifests/names';

export const rule: Check = {
  id: 'CallCycle',
  severity: Severity.WARNING,
  covers: [],
  summary: 'Services call each other in a cycle',
  explanation:
    'A request may wait for itself: once the connections or threads are exhausted all of them block, and '
    + 'none can be deployed without the others. Calls without HTTP are ignored.',
  *find(cluster) {
    for (const circle of circlesOf(CallGraph.of(cluster).nodes)) {
      const members = new Set(circle);
      const [first] = circle.flatMap(node =>
        node.outgoing.filter(call => members.has(call.callee) && seesRequests(call)),
      );
      if (first) {
        yield problem(
          evidenceOf(first),
          `${listed(circle.map(each => each.name).sort())} call each other in a cycle.`,
          'Replace one of the calls with an asynchronous message, or extract the common part into a separate service.',
        );
      }
    }
  },
};

interface Frame {
  readonly node: Node;
  readonly callees: readonly Node[];
  next: number;
}

/** The strongly connected components, by Tarjan's algorithm without recursion. */
function circlesOf(nodes: readonly Node[]): Node[][] {
  const index = new Map<Node, number>();
  const low = new Map<Node, number>();
  const stack: Node[] = [];
  const onStack = new Set<Node>();
  const circles: Node[][] = [];
  const enter = (node: Node): Frame => {
    index.set(node, index.size);
    low.set(node, index.get(node) ?? 0);
    stack.push(node);
    onStack.add(node);
    return { node, callees: node.outgoing.filter(seesRequests).map(call => call.callee), next: 0 };
  };
  const lower = (node: Node, to: number | undefined) => low.set(node, Math.min(low.get(node) ?? 0, to ?? 0));
  for (const root of nodes) {
    const work = index.has(root) ? [] : [enter(root)];
    for (let frame = work.at(-1); frame; frame = work.at(-1)) {
      const { node } = frame;
      const callee = frame.callees[frame.next++];
      if (callee) {
        if (!index.has(callee)) {
          work.push(enter(callee));
        } else if (onStack.has(callee)) {
          lower(node, index.get(callee));
        }
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent) {
        lower(parent.node, low.get(node));
      }
      if (low.get(node) === index.get(node)) {
        const circle = stack.splice(stack.lastIndexOf(node));
        circle.forEach(each => onStack.delete(each));
        if (circle.length > 1) {
          circles.push(circle);
        }
      }
    }
  }
  return circles;
}
