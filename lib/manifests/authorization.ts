import type { Field, Resource } from './resource';

/** The fields of a source by which it names the identity of a caller. */
export const IDENTITY_FIELDS: readonly string[] = [
  'principals',
  'notPrincipals',
  'namespaces',
  'notNamespaces',
  'serviceAccounts',
  'notServiceAccounts',
];

/** The namespaces that the sources and conditions of an AuthorizationPolicy name. */
export function namespacesNamedBy(policy: Resource): Field[] {
  return [
    ...sourcesOf(policy).flatMap(source => [...source.get('namespaces').items, ...source.get('notNamespaces').items]),
    ...valuesOf(policy, 'source.namespace', 'values', 'notValues'),
  ];
}

/** The values of the conditions for an attribute. */
export function valuesOf(policy: Resource, key: string, ...lists: readonly string[]): Field[] {
  return policy.spec
    .get('rules')
    .items.flatMap(rule => rule.get('when').items)
    .filter(condition => condition.get('key').text === key)
    .flatMap(condition => lists.flatMap(each => condition.get(each).items));
}

/** The sources of all rules. */
export function sourcesOf(policy: Resource): Field[] {
  return policy.spec
    .get('rules')
    .items.flatMap(rule => rule.get('from').items)
    .map(each => each.get('source'));
}

/** Whether a policy has the action ALLOW, which is the default. */
export function isAllowing({ spec }: Resource): boolean {
  return ['', 'ALLOW'].includes(spec.get('action').text);
}

/** The operations of all rules. */
export function operationsOf(policy: Resource): Field[] {
  return policy.spec
    .get('rules')
    .items.flatMap(rule => rule.get('to').items)
    .map(each => each.get('operation'));
}

/**
 * Whether a name matches a pattern of an AuthorizationPolicy: exact, `*`, a prefix with a trailing `*` or a suffix with
 * a leading `*`.
 */
export function matchesPattern(pattern: string, value: string): boolean {
  if (pattern === '*') {
    return value !== '';
  }
  if (pattern.startsWith('*')) {
    return value.endsWith(pattern.slice(1));
  }
  return pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : pattern === value;
}

/** The targets of a policy: Services and Gateways; none if it has a selector or applies to all workloads. */
export function targetRefsOf(policy: Resource): Field[] {
  const one = policy.spec.get('targetRef');
  return [...(one.exists ? [one] : []), ...policy.spec.get('targetRefs').items];
}

/**
 * Whether an AuthorizationPolicy only reports what it would refuse: by an annotation with one of the texts that Go
 * reads as true.
 * @see https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/
 */
export function isDryRun(policy: Resource): boolean {
  return isTrueInGo(policy.annotations['istio.io/dry-run'] ?? '');
}

/** Whether Go reads a text as true. @see https://pkg.go.dev/strconv#ParseBool */
export function isTrueInGo(text: string): boolean {
  return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text);
}
