import { byAge, type Cluster, type Field, hasLabels, isMap, Kind, memo, Resource } from '../../manifests';
import { titleOf } from '../unread/read';
import { Unsimulated } from '../messages/unsimulated';

/** The position of a request at a Gateway: a listener, and a rule of a route once one matches. */
export interface Attachment {
  readonly gateway: Resource;
  readonly listener: Field;
  readonly rule?: Field;
}

/**
 * The policy of Envoy Gateway for a request. The most specific one replaces the others: rule, route, listener, Gateway;
 * of several that are equally specific the oldest applies. With `mergeType` the policy of a rule or route is merged into
 * that of its listener, or else of its Gateway. Throws {@link Unsimulated} if that depends on the age of objects, which
 * manifests do not contain.
 * @see https://gateway.envoyproxy.io/docs/concepts/gateway_api_extensions/security-policy/
 */
export function policyFor(type: string, place: Attachment, cluster: Cluster): Resource | undefined {
  const attached = cluster
    .all(type)
    .map(policy => ({ policy, closeness: closenessOf(policy, place) }))
    .filter(each => each.closeness > 0);
  const closest = Math.max(...attached.map(each => each.closeness));
  const policy = oldest(attached.filter(each => each.closeness === closest).map(each => each.policy));
  const isMerged = policy?.spec.get('mergeType').exists && closest >= ROUTE;
  const parents = isMerged ? attached.filter(each => each.closeness < ROUTE) : [];
  const next = Math.max(...parents.map(each => each.closeness));
  const parent = oldest(parents.filter(each => each.closeness === next).map(each => each.policy));
  return policy && parent ? mergedPolicy(policy, parent) : policy;
}

function oldest(policies: readonly Resource[]): Resource | undefined {
  const [policy, other] = byAge(policies);
  if (policy && other && policies.some(each => !each.metadata.get('creationTimestamp').exists)) {
    throw new Unsimulated(
      `${titleOf(policy)} and ${other.key} have the same target.`,
      'Only the older one applies, and manifests do not contain the age of objects: keep one of them.',
    );
  }
  return policy;
}

/** A policy with the settings of its parent that it does not have. Lists are replaced as a whole, as by both types. */
const mergedPolicy = memo((policy: Resource, parent: Resource): Resource => {
  if (policy.namespace !== parent.namespace && policy.type === Kind.SECURITY_POLICY) {
    throw new Unsimulated(
      `${titleOf(policy)} is merged with that of its Gateway in another namespace (spec.mergeType).`,
      'Write a single policy with all settings.',
    );
  }
  const spec = mergedValue(parent.spec.value, policy.spec.value);
  return new Resource({ ...policy.object, spec } as Resource['object'], policy.origin, policy.namespace);
});

function mergedValue(original: unknown, patch: unknown): unknown {
  if (!isMap(original) || !isMap(patch)) {
    return patch;
  }
  const entries = Object.entries(patch).filter(([, value]) => value !== null && value !== undefined);
  const kept = Object.entries(original).filter(([name]) => patch[name] !== null);
  return Object.fromEntries([
    ...kept,
    ...entries.map(([name, value]) => [name, name in original ? mergedValue(original[name], value) : value]),
  ]);
}

const ROUTE = 3;

function closenessOf(policy: Resource, place: Attachment): number {
  const { spec } = policy;
  const references = [spec.get('targetRef'), ...spec.get('targetRefs').items].filter(each => each.exists);
  const named = references.map(each => closenessOfReference(each, place));
  const selected = spec.get('targetSelectors').items.map(each => closenessOfSelector(each, place));
  return Math.max(0, ...named, ...selected);
}

function closenessOfReference(at: Field, { gateway, listener, rule }: Attachment): number {
  const [kind, name, section] = [at.get('kind').text, at.get('name').text, at.get('sectionName').text];
  const isOf = (target: Resource) =>
    target.kind === kind && target.name === name && target.namespace === at.resource.namespace;
  if (rule && isOf(rule.resource)) {
    return section === '' ? ROUTE : section === rule.get('name').text ? ROUTE + 1 : 0;
  }
  if (!isOf(gateway)) {
    return 0;
  }
  requireOneListener(at, gateway, listener, section);
  return section === '' ? 1 : section === listener.get('name').text ? 2 : 0;
}

/**
 * Listeners without TLS on one port share their routes but not their policies: the listener of a route is not tracked.
 */
function requireOneListener(at: Field, gateway: Resource, listener: Field, section: string): void {
  const isPlain = (each: Field) =>
    each.get('protocol').text === 'HTTP' && each.get('port').text === listener.get('port').text;
  const shared = gateway.spec.get('listeners').items.filter(isPlain);
  if (
    section !== ''
    && shared.length > 1
    && isPlain(listener)
    && shared.some(each => each.get('name').text === section)
  ) {
    throw new Unsimulated(
      `${titleOf(at.resource)} targets one of several listeners on port ${listener.get('port').text} (${String(at)}).`,
      'Use a separate port for that listener.',
    );
  }
}

function closenessOfSelector(at: Field, { gateway, rule }: Attachment): number {
  const { resource: policy } = at;
  const target = [rule?.resource, gateway].find(each => each?.kind === at.get('kind').text);
  if (
    !target
    || !hasLabels(target.labels, at.get('matchLabels').strings)
    || (!at.get('namespaces').exists && target.namespace !== policy.namespace)
  ) {
    return 0;
  }
  if (at.get('namespaces').exists || at.get('matchExpressions').exists) {
    throw new Unsimulated(
      `${titleOf(policy)} selects its targets in a way that is not simulated (${String(at)}).`,
      'Use `targetRefs`.',
    );
  }
  return target === gateway ? 1 : ROUTE;
}
