import { type Cluster, type Field, isDryRun, Kind, type Resource } from '../../manifests';
import type { AuthorizationInput } from './attributes';
import { rulesOf } from './authorization-rule';
import { and, or, type Ternary } from '../messages/ternary';
import { policiesFor, type PolicyTarget } from '../endpoints/policy-target';
import { Unsimulated } from '../messages/unsimulated';

/** A verdict of AuthorizationPolicies, with the deciding policy or rule. */
export interface Verdict {
  /** Undefined if it depends on what is unknown. */
  readonly isAllowed: Ternary;
  /** The policy or rule that denied or allowed the request. */
  readonly by?: Field;
  readonly reason: string;
  /** The response status of a denied request. */
  readonly status: number;
  /** The unknown on which an undefined verdict depends. */
  readonly doubt?: () => Unsimulated | undefined;
}

/** Envoy's response status for denied requests. */
export const FORBIDDEN = 403;

/** The verdict of the ALLOW and DENY policies of a workload. */
export function authorize(target: PolicyTarget, input: AuthorizationInput, cluster: Cluster): Verdict {
  return authorizeBy(policiesFor(target, Kind.AUTHORIZATION_POLICY, cluster), input, cluster);
}

/**
 * The verdict of the ALLOW and DENY policies among those of a workload: DENY first.
 * @see https://istio.io/latest/docs/concepts/security/#implicit-enablement
 */
export function authorizeBy(policies: readonly Resource[], input: AuthorizationInput, cluster: Cluster): Verdict {
  const denying = appliedPolicies(policies, 'DENY', input, cluster).filter(each => each.applies !== false);
  const denier = denying.find(each => each.applies);
  if (denier) {
    return { isAllowed: false, by: denier.rule, status: FORBIDDEN, reason: `${String(denier.rule)} matches` };
  }
  const allowing = appliedPolicies(policies, 'ALLOW', input, cluster);
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
    doubt: () => [...denying, ...allowing].map(each => each.doubt?.()).find(each => each !== undefined),
  };
}

/** A policy with the results of its rules. */
export interface Applied {
  readonly policy: Resource;
  readonly applies: Ternary;
  /** The first matching rule, if any. */
  readonly rule?: Field;
  /** The unknown on which it depends whether the policy applies. */
  readonly doubt?: () => Unsimulated | undefined;
}

/** The enforced policies with an action, with their results. */
export function appliedPolicies(
  policies: readonly Resource[],
  action: string,
  input: AuthorizationInput,
  cluster: Cluster,
): Applied[] {
  return policies
    .filter(each => actionOf(each) === action && (action === 'CUSTOM' || !isDryRun(each)))
    .map(policy => {
      const applied = applying(policy, input, cluster);
      return applied.applies !== false && isDryRun(policy)
        ? { ...applied, applies: undefined, doubt: () => dryRun(policy) }
        : applied;
    });
}

/** After the first rule that matches, no other is evaluated. */
function applying(policy: Resource, input: AuthorizationInput, cluster: Cluster): Applied {
  let doubt: Applied['doubt'];
  for (const { at, matches, doubt: doubtOf } of rulesOf(policy)) {
    const isMatch = matches(input, cluster);
    if (isMatch) {
      return { policy, applies: true, rule: at };
    }
    doubt ??= isMatch === undefined ? () => doubtOf(input, cluster) : undefined;
  }
  return { policy, applies: doubt ? undefined : false, doubt };
}

function actionOf(policy: Resource): string {
  return policy.spec.get('action').text || 'ALLOW';
}

/** Istio calls external authorizers for dry runs, too, and the effect of their response differs between releases. */
function dryRun({ key }: Resource): Unsimulated {
  return new Unsimulated(
    `The AuthorizationPolicy ${key} is a dry run with an external authorizer.`,
    'Remove the annotation istio.io/dry-run, or the policy.',
  );
}
