import type { Field } from '../../../manifests';
import { Severity } from '../../finding';
import { CallGraph } from '../../manifests/calls/graph';
import type { Node } from '../../manifests/calls/node';
import { type Check, problem } from '../../manifests/check';
import { listed } from '../../manifests/names';

/** The availability objective of a service, in percent of requests. */
const OBJECTIVE = 'cardinal.cdk8s.io/slo';

/** The availability of a service by itself, in percent of requests. */
const AVAILABILITY = 'cardinal.cdk8s.io/availability';

export const rule: Check = {
  id: 'AvailabilityBelowObjective',
  severity: Severity.WARNING,
  covers: [],
  summary: 'The dependencies of a service make its availability objective unattainable',
  explanation:
    'A request that needs several services succeeds only if all of them do: their availabilities '
    + 'multiply. The annotation `cardinal.cdk8s.io/slo` of a Service sets the objective, '
    + '`cardinal.cdk8s.io/availability` the availability of the Service by '
    + 'itself, both in percent; if a Service has only the first, that is what its callers get, '
    + 'dependencies included. Services without annotations count as always available. Retries and caches, '
    + 'which may help, are ignored.',
  *find(cluster) {
    for (const node of CallGraph.of(cluster).nodes) {
      const objective = annotationOf(node, OBJECTIVE);
      const wanted = objective && percentOf(objective);
      const needed = wanted === undefined ? [] : neededBy(node);
      const available = needed.reduce((product, each) => (product * each.percent) / 100, 100);
      if (objective && wanted !== undefined && available < wanted) {
        yield problem(
          objective,
          `${node.name} has an objective of ${wanted} % of requests, and with `
            + `${listed(needed.filter(each => each.percent < 100).map(each => each.node.name))} it can answer at `
            + `most ${available.toFixed(3)} %.`,
          'Lower the objective, or remove dependencies with caches or fallbacks.',
        );
      }
    }
  },
};

interface Need {
  readonly node: Node;
  readonly percent: number;
}

/** A node with its direct and transitive callees, each with its availability. */
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

/** A percentage, with or without the percent sign. */
function percentOf(field: Field): number | undefined {
  const text = field.text.replace(/\s*%$/, '');
  const number = text === '' ? NaN : Number(text);
  return number > 0 && number <= 100 ? number : undefined;
}
