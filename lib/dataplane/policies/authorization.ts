import { type Cluster, type Field, isDryRun, Kind, type Resource } from '../../manifests';
import { type AuthorizationInput, matches } from './authorization-rule';
import { and, or, type Ternary } from '../messages/ternary';
import { policiesFor, type PolicyTarget } from '../endpoints/policy-target';
import { Unsimulated } from '../messages/unsimulated';

/** A verdict of AuthorizationPolicies, with the deciding policy or rule. */
export interface Verdict {
  /** Undefined, if it depends on the request. */
  readonly isAllowed: Ternary;
  /** The policy or rule that denied or allowed the request. */
  readonly by?: Field;
  readonly reason: string;
  /** The response status of a denied request. */
  readonly status: number;
}

/** Envoy's response status for denied requests. */
export const FORBIDDEN = 403;

/**
 * The verdict of the ALLOW and DENY policies of a workload: DENY first.
 * @see https://istio.io/latest/docs/concepts/security/#implicit-enablement
 */
export function authorize(target: PolicyTarget, input: AuthorizationInput, cluster: Cluster): Verdict {
  const denying = appliedPolicies(target, 'DENY', input, cluster).filter(each => each.applies !== false);
  const allowing = appliedPolicies(target, 'ALLOW', input, cluster);

  const denier = denying.find(each => each.applies);
  if (denier) {
    return { isAllowed: false, by: denier.rule, status: FORBIDDEN, reason: `${String(denier.rule)} matches` };
  }
  if (allowing.length > 0 && allowing.every(each => each.applies === false)) {
    const [named = allowing[0]] = allowing.filter(({ policy }) => policy.spec.get('rules').items.length > 0);
    return {
      isAllowed: false,
      by: named?.policy.root,
      status: FORBIDDEN,
      reason: `no rule of ${allowing.map(({ policy }) => policy.key).join(', ')} matches`,
    };
  }
  const isAllowed = and([
    denying.length > 0 ? undefined : true,
    allowing.length > 0 ? or(allowing.map(each => each.applies)) : true,
  ]);
  return {
    isAllowed,
    by: allowing.find(each => each.applies)?.rule,
    status: FORBIDDEN,
    reason: isAllowed ? 'no policy denies it' : 'it depends on the request',
  };
}

/** A policy with the results of its rules. */
export interface Applied {
  readonly policy: Resource;
  readonly applies: Ternary;
  /** The first matching rule, if any. */
  readonly rule?: Field;
}

/** The enforced policies with an action, with their results. */
export function appliedPolicies(
  target: PolicyTarget,
  action: string,
  input: AuthorizationInput,
  cluster: Cluster,
): Applied[] {
  return policiesFor(target, Kind.AUTHORIZATION_POLICY, cluster)
    .filter(each => (each.spec.get('action').text || 'ALLOW') === action && !isReportedOnly(each))
    .map(policy => {
      const verdicts = policy.spec
        .get('rules')
        .items.map(rule => ({ rule, matches: matches(rule, input, action !== 'ALLOW', cluster) }));
      return {
        policy,
        applies: or(verdicts.map(each => each.matches)),
        rule: verdicts.find(each => each.matches)?.rule,
      };
    });
}

/** Istio calls external authorizers for dry runs, too, and the effect of their response differs between releases. */
function isReportedOnly(policy: Resource): boolean {
  if (isDryRun(policy) && policy.spec.get('action').text === 'CUSTOM') {
    throw new Unsimulated(
      `The AuthorizationPolicy ${policy.key} is a dry run with an external authorizer.`,
      'Remove the annotation istio.io/dry-run, or the policy.',
    );
  }
  return isDryRun(policy);
}
