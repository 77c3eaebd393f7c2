import type { Node } from './node';

/**
 * Nodes with callers before callees, as far as such an order exists; a cycle is entered where it is called from
 * outside.
 */
export function callersFirst(nodes: readonly Node[]): Node[] {
  const waiting = new Map(nodes.map(node => [node, new Set(node.incoming.map(call => call.caller)).size]));
  const ordered = nodes.filter(node => waiting.get(node) === 0);
  const placed = new Set(ordered);
  const reached: Node[] = [];
  const place = (node: Node) => {
    if (!placed.has(node)) {
      placed.add(node);
      ordered.push(node);
    }
  };
  const advance = (from: number) => {
    for (let at = from; at < ordered.length; at++) {
      for (const callee of new Set(ordered[at]?.outgoing.map(call => call.callee))) {
        const left = (waiting.get(callee) ?? 0) - 1;
        waiting.set(callee, left);
        reached.push(callee);
        if (left === 0) {
          place(callee);
        }
      }
    }
  };
  advance(0);
  const rest = [...nodes].reverse();
  while (ordered.length < nodes.length) {
    const from = ordered.length;
    place(reached.pop() ?? rest.pop() ?? never());
    advance(from);
  }
  return ordered;
}

function never(): never {
  throw new Error('unreachable: every node is among the rest');
}
