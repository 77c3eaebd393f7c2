import type { Field } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
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
    + 'itself, both in percent; services that say nothing count as always available. Retries, which may help, and caches are not counted.',
  *find(cluster) {
    for (const node of CallGraph.of(cluster).nodes) {
      const objective = annotationOf(node, OBJECTIVE);
      const needed = objective?.number === undefined ? [] : neededBy(node);
      const available = needed.reduce((product, each) => product * (annotationOf(each, AVAILABILITY)?.number ?? 100) / 100, 1) * 100;
      if (objective?.number !== undefined && available < objective.number) {
        const least = needed.filter(each => annotationOf(each, AVAILABILITY)).map(each => each.name);
        yield problem(objective, `${node.name} is to answer ${objective.number} % of requests, and with ${least.join(', ')} it can answer ${available.toFixed(3)} % at most.`, 'Lower the objective, or need fewer of them, by caches or answers without them.');
      }
    }
  },
};

/** A node with all that it calls, and what these call. */
function neededBy(node: Node): Node[] {
  const needed = new Set([node]);
  for (const each of needed) {
    each.outgoing.forEach(call => needed.add(call.callee));
  }
  return [...needed];
}

function annotationOf(node: Node, name: string): Field | undefined {
  return node.services.map(each => each.metadata.get('annotations', name)).find(each => each.exists);
}
