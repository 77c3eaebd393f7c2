import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { CallGraph } from './graph';
import { evidenceOf, type Node } from './node';
import { seesRequests } from './timeouts';

export const callCycle: Check = {
  id: 'CallCycle',
  severity: Severity.WARNING,
  covers: [],
  summary: 'Services call each other in a circle',
  explanation: 'A request may wait for itself: when each has used up its connections or threads all stand still, and none can be deployed without the others. Calls on which Istio sees no requests are left out.',
  *find(cluster) {
    for (const circle of circlesOf(CallGraph.of(cluster).nodes)) {
      const members = new Set(circle);
      const [first] = circle.flatMap(node => node.outgoing.filter(call => members.has(call.callee) && seesRequests(call)));
      if (first) {
        yield problem(evidenceOf(first), `${circle.map(each => each.name).sort().join(', ')} call each other in a circle.`, 'Turn one of the calls into a message, or move what both need into a service of its own.');
      }
    }
  },
};

/** The sets of nodes of which each reaches each other, by Tarjan's algorithm without recursion. */
function circlesOf(nodes: readonly Node[]): Node[][] {
  const index = new Map<Node, number>();
  const low = new Map<Node, number>();
  const stack: Node[] = [];
  const onStack = new Set<Node>();
  const circles: Node[][] = [];
  for (const root of nodes.filter(each => !index.has(each))) {
    const work: { readonly node: Node; next: number }[] = [{ node: root, next: 0 }];
    while (work.length > 0) {
      const frame = work[work.length - 1];
      if (!frame) {
        break;
      }
      const { node } = frame;
      if (frame.next === 0) {
        index.set(node, index.size);
        low.set(node, index.get(node) ?? 0);
        stack.push(node);
        onStack.add(node);
      }
      const callees = node.outgoing.filter(seesRequests).map(call => call.callee);
      const callee = callees[frame.next++];
      if (callee) {
        if (!index.has(callee)) {
          work.push({ node: callee, next: 0 });
        } else if (onStack.has(callee)) {
          low.set(node, Math.min(low.get(node) ?? 0, index.get(callee) ?? 0));
        }
        continue;
      }
      work.pop();
      const parent = work[work.length - 1];
      if (parent) {
        low.set(parent.node, Math.min(low.get(parent.node) ?? 0, low.get(node) ?? 0));
      }
      if (low.get(node) === index.get(node)) {
        const circle = stack.splice(stack.indexOf(node));
        circle.forEach(each => onStack.delete(each));
        if (circle.length > 1) {
          circles.push(circle);
        }
      }
    }
  }
  return circles;
}
