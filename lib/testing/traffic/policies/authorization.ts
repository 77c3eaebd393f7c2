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
  /** What a request that is refused is answered. */
  readonly status: number;
}

/** What Envoy answers to what its rules do not let through. */
export const FORBIDDEN = 403;

/**
 * What the AuthorizationPolicies of a workload say by themselves: first what is denied, then what is allowed.
 * @see https://istio.io/latest/docs/concepts/security/#implicit-enablement
 */
export function authorize(guarded: Guarded, asked: Asked, cluster: Cluster): Verdict {
  const denying = appliedPolicies(guarded, 'DENY', asked, cluster).filter(each => each.applies !== false);
  const allowing = appliedPolicies(guarded, 'ALLOW', asked, cluster);

  const denier = denying.find(each => each.applies);
  if (denier) {
    return { isAllowed: false, by: denier.rule, status: FORBIDDEN, reason: `${String(denier.rule)} denies this` };
  }
  if (allowing.length > 0 && allowing.every(each => each.applies === false)) {
    const [named = allowing[0]] = allowing.filter(({ policy }) => policy.spec.get('rules').items.length > 0);
    return { isAllowed: false, by: named?.policy.root, status: FORBIDDEN, reason: `no rule of ${allowing.map(({ policy }) => policy.key).join(', ')} allows this` };
  }
  const isAllowed = and([denying.length > 0 ? undefined : true, allowing.length > 0 ? or(allowing.map(each => each.applies)) : true]);
  return { isAllowed, by: allowing.find(each => each.applies)?.rule, status: FORBIDDEN, reason: isAllowed ? 'nothing refuses it' : 'it depends on the request' };
}

/** A policy with what its rules say of what is asked for. */
export interface Applied {
  readonly policy: Resource;
  readonly applies: Known;
  /** The first rule that takes it, if one does. */
  readonly rule?: Field;
}

/** Whether a policy is only logged. Istio takes a text for true as Go does, and a policy with one that is none for a policy in force. */
function isTrial({ annotations }: Resource): boolean {
  return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(annotations['istio.io/dry-run'] ?? '');
}

/** The policies with an action that are in force, with what they say. */
export function appliedPolicies(guarded: Guarded, action: string, asked: Asked, cluster: Cluster): Applied[] {
  return policiesFor(guarded, Kind.AUTHORIZATION_POLICY, cluster)
    .filter(each => !isTrial(each) && (each.spec.get('action').text || 'ALLOW') === action)
    .map(policy => {
      const verdicts = policy.spec.get('rules').items.map(rule => ({ rule, takes: takes(rule, asked, action !== 'ALLOW', cluster) }));
      return { policy, applies: or(verdicts.map(each => each.takes)), rule: verdicts.find(each => each.takes)?.rule };
    });
}
