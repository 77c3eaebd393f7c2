import type { Cluster, Field, Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, type Problem } from '../check';

/** Says that a field is wrong, why, and what it has to be. */
export type Complain = (at: Field, message: string, remedy: string) => void;

/** Looks at one object and complains of what the API server, or the webhook of Istio, would refuse. */
export type Rules = (resource: Resource, complain: Complain, cluster: Cluster) => void;

/** A check that an object of a type is what its API demands. */
export function validity(type: string, explanation: string, rules: Rules): Check {
  const kind = type.slice(0, type.indexOf('.'));
  return {
    id: `Invalid${kind}`,
    severity: Severity.ERROR,
    covers: ['IST0106'],
    summary: `${/^[AEIOU]/.test(kind) ? 'An' : 'A'} ${kind} that Istio refuses`,
    explanation: `The API server does not take it, or Istio ignores it. ${explanation}`,
    find: cluster => cluster.all(type).flatMap(resource => complaints(resource, rules, cluster)),
  };
}

function complaints(resource: Resource, rules: Rules, cluster: Cluster): Problem[] {
  const problems: Problem[] = [];
  rules(resource, (at, message, remedy) => problems.push(problem(at, message, remedy)), cluster);
  return problems;
}
