import { type Cluster, Kind, type Resource } from '../../../manifests';
import { type Asked, takes } from './authorization-rule';
import { and, type Known, or } from './logic';
import { type Guarded, policiesFor } from './guarded';

/** A verdict of AuthorizationPolicies, with what decided. */
export interface Verdict {
  /** Undefined, if it depends on the request. */
  readonly isAllowed: Known;
  /** What refused. */
  readonly by?: Resource;
  readonly reason: string;
  /** The external authorizers that are asked. */
  readonly asks: readonly string[];
}

/** How external authorizers answer. */
export interface Authorizers {
  /** The names of those in `extensionProviders` that refuse. */
  readonly refusing: readonly string[];
}

/**
 * What the AuthorizationPolicies of a workload say: external authorizers first, then what is denied, then what is allowed.
 * @see https://istio.io/latest/docs/concepts/security/#implicit-enablement
 */
export function authorize(guarded: Guarded, asked: Asked, authorizers: Authorizers, cluster: Cluster): Verdict {
  const policies = policiesFor(guarded, Kind.AUTHORIZATION_POLICY, cluster).filter(each => each.annotations['istio.io/dry-run'] !== 'true');
  const [custom, denying, allowing] = ['CUSTOM', 'DENY', 'ALLOW'].map(action => policies.filter(each => (each.spec.get('action').text || 'ALLOW') === action));
  const applies = (policy: Resource, denies: boolean) => or(policy.spec.get('rules').items.map(rule => takes(rule, asked, denies, cluster)));

  const asking = (custom ?? []).map(policy => ({ policy, provider: policy.spec.get('provider', 'name').text, applies: applies(policy, true) })).filter(each => each.applies !== false);
  const asks = [...new Set(asking.map(each => each.provider))];
  const refusing = asking.find(each => authorizers.refusing.includes(each.provider) || isUnknown(each.provider, cluster));
  const denied = (denying ?? []).map(policy => ({ policy, applies: applies(policy, true) })).filter(each => each.applies !== false);
  const allowed = (allowing ?? []).map(policy => ({ policy, applies: applies(policy, false) }));

  if (refusing?.applies) {
    const { policy, provider } = refusing;
    return { isAllowed: false, by: policy, asks, reason: isUnknown(provider, cluster) ? `it asks the authorizer ${provider}, which the mesh does not have` : `the authorizer ${provider} refuses` };
  }
  const denier = denied.find(each => each.applies);
  if (denier) {
    return { isAllowed: false, by: denier.policy, asks, reason: 'a rule of it denies this' };
  }
  if (allowed.length > 0 && allowed.every(each => each.applies === false)) {
    const [named = allowed[0]] = allowed.filter(each => each.policy.spec.get('rules').items.length > 0);
    return { isAllowed: false, by: named?.policy, asks, reason: `no rule of ${allowed.map(each => each.policy.key).join(', ')} allows this` };
  }
  const isAllowed = and([refusing ? undefined : true, denied.length > 0 ? undefined : true, allowed.length > 0 ? or(allowed.map(each => each.applies)) : true]);
  return { isAllowed, asks, reason: isAllowed ? 'nothing refuses it' : 'it depends on the request' };
}

function isUnknown(provider: string, { mesh }: Cluster): boolean {
  return mesh.isKnown && !mesh.get('extensionProviders')?.items.some(each => each.get('name').text === provider);
}
