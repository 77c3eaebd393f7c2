import type { Field } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { listed } from '../names';
import { CallGraph } from './graph';
import type { Node } from './node';

/** The share of requests, in percent, that a service is to answer. */
const OBJECTIVE = 'cardinal.cdk8s.io/slo';
/** The share of requests, in percent, that a service by itself answers. */
const AVAILABILITY = 'cardinal.cdk8s.io/availability';

export const availabilityBelowObjective: Check = {
  id: 'AvailabilityBelowObjective',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A service cannot be as available as it is to be, given those which it needs',
  explanation: 'A request that needs several services succeeds when all do: their availabilities multiply. The annotation `cardinal.cdk8s.io/slo` of a Service says what is wanted, `cardinal.cdk8s.io/availability` what a Service has by '
    + 'itself, both in percent; of a Service that says only the first, that is what its callers get, with all that it needs. Services that say nothing count as always available. Retries, which may help, and caches are not counted.',
  *find(cluster) {
    for (const node of CallGraph.of(cluster).nodes) {
      const objective = annotationOf(node, OBJECTIVE);
      const wanted = objective && percentOf(objective);
      const needed = wanted === undefined ? [] : neededBy(node);
      const available = needed.reduce((product, each) => product * each.percent / 100, 100);
      if (objective && wanted !== undefined && available < wanted) {
        yield problem(objective, `${node.name} is to answer ${wanted} % of requests, and with ${listed(needed.filter(each => each.percent < 100).map(each => each.node.name))} it can answer ${available.toFixed(3)} % at most.`,
          'Lower the objective, or need fewer of them, by caches or answers without them.');
      }
    }
  },
};

interface Need {
  readonly node: Node;
  readonly percent: number;
}

/** A node with all that it calls, and what these call, each with the share of requests that it answers. */
function neededBy(node: Node): Need[] {
  const seen = new Set([node]);
  const needs: Need[] = [];
  for (const each of seen) {
    const own = percentIn(each, AVAILABILITY);
    const promised = own === undefined && each !== node ? percentIn(each, OBJECTIVE) : undefined;
    needs.push({ node: each, percent: own ?? promised ?? 100 });
    if (promised === undefined) {
      each.outgoing.forEach(call => seen.add(call.callee));
    }
  }
  return needs;
}

function percentIn(node: Node, name: string): number | undefined {
  const annotation = annotationOf(node, name);
  return annotation && percentOf(annotation);
}

function annotationOf(node: Node, name: string): Field | undefined {
  return node.services.map(each => each.metadata.get('annotations', name)).find(each => each.exists);
}

/** A number of percent, with or without the sign. */
function percentOf(field: Field): number | undefined {
  const text = field.text.replace(/\s*%$/, '');
  const number = text === '' ? NaN : Number(text);
  return number > 0 && number <= 100 ? number : undefined;
}
