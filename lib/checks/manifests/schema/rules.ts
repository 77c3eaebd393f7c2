import type { Cluster, Field, Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, type Problem } from '../check';

/** Reports a field, the problem and the fix. */
export type Complain = (at: Field, message: string, fix: string) => void;

/** Reports what the API server, or Istio's validating webhook, would reject in an object. */
export type Rules = (resource: Resource, complain: Complain, cluster: Cluster) => void;

/** A check of an object against the validation of its API. */
export function validity(type: string, explanation: string, rules: Rules): Check {
  const kind = type.slice(0, type.indexOf('.'));
  return {
    id: `Invalid${kind}`,
    severity: Severity.ERROR,
    covers: ['IST0106'],
    summary: `${/^[AEIOU]/.test(kind) ? 'An' : 'A'} ${kind} that Istio rejects`,
    explanation: `The API server rejects it, or Istio ignores it. ${explanation}`,
    find: cluster => cluster.all(type).flatMap(resource => complaints(resource, rules, cluster)),
  };
}

function complaints(resource: Resource, rules: Rules, cluster: Cluster): Problem[] {
  const problems: Problem[] = [];
  rules(resource, (at, message, fix) => problems.push(problem(at, message, fix)), cluster);
  return problems;
}
