import { type Cluster, type Field, Kind, type Resource } from '../../../manifests';
import { type Asked, takes } from './authorization-rule';
import { and, type Known, or } from './logic';
import { type Guarded, policiesFor } from './guarded';

/** A verdict of AuthorizationPolicies, with what decided. */
export interface Verdict {
  /** Undefined, if it depends on the request. */
  readonly isAllowed: Known;
  /** What refused, or let through: a policy, or the rule of one. */
  readonly by?: Field;
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
  const applied = (action: string) => policies.filter(each => (each.spec.get('action').text || 'ALLOW') === action).map(each => applyPolicy(each, action !== 'ALLOW', asked, cluster));
  const asking = applied('CUSTOM').filter(each => each.applies !== false);
  const asks = [...new Set(asking.map(({ policy }) => providerOf(policy)))];
  const refusing = asking.find(({ policy }) => authorizers.refusing.includes(providerOf(policy)) || isUnknown(providerOf(policy), cluster));
  const denying = applied('DENY').filter(each => each.applies !== false);
  const allowing = applied('ALLOW');

  if (refusing?.applies) {
    const provider = providerOf(refusing.policy);
    return { isAllowed: false, by: refusing.rule, asks, reason: isUnknown(provider, cluster) ? `it asks the authorizer ${provider}, which the mesh does not have` : `the authorizer ${provider} refuses` };
  }
  const denier = denying.find(each => each.applies);
  if (denier) {
    return { isAllowed: false, by: denier.rule, asks, reason: `${String(denier.rule)} denies this` };
  }
  if (allowing.length > 0 && allowing.every(each => each.applies === false)) {
    const [named = allowing[0]] = allowing.filter(({ policy }) => policy.spec.get('rules').items.length > 0);
    return { isAllowed: false, by: named?.policy.root, asks, reason: `no rule of ${allowing.map(({ policy }) => policy.key).join(', ')} allows this` };
  }
  const isAllowed = and([refusing ? undefined : true, denying.length > 0 ? undefined : true, allowing.length > 0 ? or(allowing.map(each => each.applies)) : true]);
  return { isAllowed, by: allowing.find(each => each.applies)?.rule, asks, reason: isAllowed ? 'nothing refuses it' : 'it depends on the request' };
}

/** A policy with what its rules say of what is asked for. */
interface Applied {
  readonly policy: Resource;
  readonly applies: Known;
  /** The first rule that takes it, if one does. */
  readonly rule?: Field;
}

function applyPolicy(policy: Resource, denies: boolean, asked: Asked, cluster: Cluster): Applied {
  const verdicts = policy.spec.get('rules').items.map(rule => ({ rule, takes: takes(rule, asked, denies, cluster) }));
  return { policy, applies: or(verdicts.map(each => each.takes)), rule: verdicts.find(each => each.takes)?.rule };
}

function providerOf(policy: Resource): string {
  return policy.spec.get('provider', 'name').text;
}

function isUnknown(provider: string, { mesh }: Cluster): boolean {
  return mesh.isKnown && !mesh.get('extensionProviders')?.items.some(each => each.get('name').text === provider);
}
