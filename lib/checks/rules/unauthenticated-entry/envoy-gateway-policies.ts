import { type Cluster, type Field, hasLabels, Kind, type Resource } from '../../../manifests';
import type { Known } from '../../manifests/calls/known';

/** Where a request is at a Gateway. */
export interface Attachment {
  readonly gateway: Resource;
  readonly listener: Field;
  readonly rule: Field;
}

/** What of a SecurityPolicy demands credentials by itself. */
const DEMANDS = ['jwt', 'oidc', 'basicAuth', 'apiKeyAuth', 'extAuth'];

/**
 * Whether Envoy Gateway's policies let requests without credentials pass to a rule. The closest SecurityPolicy replaces
 * those further away as a whole: that of the rule, of the route, of the listener, of the Gateway; with `mergeType` they
 * count together.
 * @see https://gateway.envoyproxy.io/docs/concepts/gateway_api_extensions/security-policy/
 */
export function admitsStrangers(place: Attachment, cluster: Cluster): Known {
  if (
    attached(Kind.CLIENT_TRAFFIC_POLICY, place, cluster).some(
      ({ policy }) => policy.spec.get('tls', 'clientValidation').exists,
    )
  ) {
    return undefined;
  }
  const all = attached(Kind.SECURITY_POLICY, place, cluster);
  const closest = Math.max(...all.map(each => each.closeness));
  const counting = all.filter(each => each.closeness === closest);
  const policies = counting.some(each => each.policy.spec.get('mergeType').exists) ? all : counting;
  const verdicts = policies.map(({ policy, isCertain }) => (isCertain ? verdictOf(policy) : undefined));
  return verdicts.every(each => each === true)
    ? true
    : counting.length === 1 && verdicts.includes(false)
      ? false
      : undefined;
}

function verdictOf({ spec }: Resource): Known {
  const isOptional = spec.get('jwt', 'optional').isTrue || spec.get('jwt', 'failOpen').isTrue;
  if (DEMANDS.some(name => spec.get(name).exists && !(name === 'jwt' && isOptional))) {
    return false;
  }
  return spec.get('authorization').exists ? undefined : true;
}

interface Attached {
  readonly policy: Resource;
  readonly closeness: number;
  /** False where expressions or namespaces of a selector decide. */
  readonly isCertain: boolean;
}

function attached(type: string, place: Attachment, cluster: Cluster): Attached[] {
  return cluster.all(type).flatMap(policy => {
    const references = [policy.spec.get('targetRef'), ...policy.spec.get('targetRefs').items].filter(
      each => each.exists,
    );
    const found = [
      ...references.map(each => byReference(each, place)),
      ...policy.spec.get('targetSelectors').items.map(each => bySelector(each, place)),
    ]
      .filter(each => each.closeness > 0)
      .sort((a, b) => b.closeness - a.closeness);
    return found.slice(0, 1).map(each => ({ policy, ...each }));
  });
}

const ROUTE = 3;

function byReference(at: Field, { gateway, listener, rule }: Attachment): Omit<Attached, 'policy'> {
  const [kind, name, section] = [at.get('kind').text, at.get('name').text, at.get('sectionName').text];
  const isOf = (target: Resource) =>
    target.kind === kind && target.name === name && target.namespace === at.resource.namespace;
  if (isOf(rule.resource)) {
    return { closeness: section === '' ? ROUTE : section === rule.get('name').text ? ROUTE + 1 : 0, isCertain: true };
  }
  return {
    closeness: !isOf(gateway) ? 0 : section === '' ? 1 : section === listener.get('name').text ? 2 : 0,
    isCertain: true,
  };
}

function bySelector(at: Field, { gateway, rule }: Attachment): Omit<Attached, 'policy'> {
  const target = [rule.resource, gateway].find(each => each.kind === at.get('kind').text);
  const isCertain = !at.get('namespaces').exists && !at.get('matchExpressions').exists;
  const isMeant =
    target
    && hasLabels(target.labels, at.get('matchLabels').strings)
    && (!isCertain || target.namespace === at.resource.namespace);
  return { closeness: !isMeant ? 0 : target === gateway ? 1 : ROUTE, isCertain };
}
