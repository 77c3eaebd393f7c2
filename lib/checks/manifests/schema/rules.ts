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

const LABEL = /^[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/;

/** Whether a text is a DNS label: what names of subsets, ports and namespaces have to be. */
export function isDnsLabel(text: string): boolean {
  return LABEL.test(text);
}

/** Whether a text is a host name, perhaps with `*` as its first label. */
export function isHost(text: string): boolean {
  return text.length <= 255 && text.split('.').every((label, index, all) => /^[a-zA-Z0-9_]([-a-zA-Z0-9_]*[a-zA-Z0-9_])?$/.test(label) || (index === 0 && all.length >= 1 && /^\*(-[-a-zA-Z0-9]+)?$/.test(label)));
}

/** Whether a number is a port. */
export function isPort(port: Field): boolean {
  return port.number !== undefined && Number.isInteger(port.number) && port.number >= 1 && port.number <= 65535;
}
