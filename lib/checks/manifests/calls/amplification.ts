import type { Cluster } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, type Problem } from '../check';
import { CallGraph } from './graph';
import { type Call, evidenceOf, type Node } from './node';
import { type Terms, termsOf, termsOfEntry } from './terms';
import { seesRequests } from './timeouts';

const WARN = 10;
const FAIL = 50;

export const retryAmplification: Check = {
  id: 'RetryAmplification',
  severity: Severity.WARNING,
  covers: [],
  summary: 'The retries along a path of calls multiply to ten requests or more',
  explanation: 'When the last service of the path fails, each caller before it repeats all that the one behind it repeats: (1 + retries) to the power of the depth. Istio\'s two retries of its own count where nothing is '
    + 'said, unless the mesh configuration that is checked with the manifests says otherwise.',
  find: cluster => amplified(cluster, factor => factor >= WARN && factor < FAIL),
};

export const retryStorm: Check = {
  id: 'RetryStorm',
  severity: Severity.ERROR,
  covers: [],
  summary: 'The retries along a path of calls multiply to fifty requests or more',
  explanation: 'A service that is slow for a moment gets fifty times its load, and does not recover. See RetryAmplification.',
  find: cluster => amplified(cluster, factor => factor >= FAIL),
};

function* amplified(cluster: Cluster, isTooMuch: (factor: number) => boolean): Iterable<Problem> {
  const factors = factorsOf(cluster);
  for (const call of CallGraph.of(cluster).calls.filter(seesRequests)) {
    const terms = worst(termsOf(call, cluster));
    const before = factors.get(call.caller) ?? { factor: 1, path: call.caller.name };
    const factor = before.factor * (1 + (terms?.retries ?? 0));
    if (terms && terms.retries > 0 && isTooMuch(factor) && !isTooMuch(before.factor)) {
      yield problem(terms.isExplicit ? terms.at : evidenceOf(call), `One failing request becomes ${factor} on the way ${before.path} → ${call.callee.name}.`, 'Retry in one place of the path, and set `attempts: 0` elsewhere.');
    }
  }
}

interface Factor {
  readonly factor: number;
  readonly path: string;
}

/** How many requests one from outside may become before a node sends its own; calls in a circle count once. */
function factorsOf(cluster: Cluster): ReadonlyMap<Node, Factor> {
  const factors = new Map<Node, Factor>();
  const open = new Set<Node>();
  const visit = (node: Node): Factor => {
    const known = factors.get(node);
    if (known) {
      return known;
    }
    open.add(node);
    const ways = [
      ...node.entries.map(entry => ({ factor: 1 + termsOfEntry(entry, cluster).retries, path: `${entry.gateways[0]?.name ?? 'gateway'} → ${node.name}` })),
      ...node.incoming.filter(each => !open.has(each.caller) && seesRequests(each)).map(call => {
        const before = visit(call.caller);
        return { factor: before.factor * (1 + (worst(termsOf(call, cluster))?.retries ?? 0)), path: `${before.path} → ${node.name}` };
      }),
    ];
    open.delete(node);
    const result = ways.reduce((most, way) => way.factor > most.factor ? way : most, { factor: 1, path: node.name });
    factors.set(node, result);
    return result;
  };
  inDepthOrder(CallGraph.of(cluster).nodes).forEach(visit);
  return factors;
}

function worst(terms: readonly Terms[]): Terms | undefined {
  return terms.reduce((most: Terms | undefined, each) => !most || each.retries > most.retries ? each : most, undefined);
}

/** Callers before callees as far as there is such an order, so that no visit goes deep. */
function inDepthOrder(nodes: readonly Node[]): Node[] {
  const waiting = new Map(nodes.map(node => [node, new Set(node.incoming.map((call: Call) => call.caller)).size]));
  const ready = nodes.filter(node => waiting.get(node) === 0);
  for (const node of ready) {
    for (const callee of new Set(node.outgoing.map(call => call.callee))) {
      const left = (waiting.get(callee) ?? 0) - 1;
      waiting.set(callee, left);
      if (left === 0) {
        ready.push(callee);
      }
    }
  }
  const placed = new Set(ready);
  return [...ready, ...nodes.filter(each => !placed.has(each))];
}
