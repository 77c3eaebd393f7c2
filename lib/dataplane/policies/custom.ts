import type { Cluster, Resource } from '../../manifests';
import { appliedPolicies, FORBIDDEN, type Verdict } from './authorization';
import type { AuthorizationInput } from './authorization-rule';
import type { PolicyTarget } from '../endpoints/policy-target';

/** The external authorizers of the mesh, for one proxy. */
export interface Authorizers {
  /** Why an authorizer, by its name, denies a request; undefined if it allows it. */
  readonly refusal: (provider: string, input: AuthorizationInput) => AuthorizerRefusal | undefined;
}

export interface AuthorizerRefusal {
  readonly status: number;
  readonly reason: string;
}

/** The verdict of authorizers, with the names of those that are called. */
export interface Asking extends Verdict {
  readonly asks: readonly string[];
}

/**
 * The verdict of the external authorizers in a workload's CUSTOM policies. They are called before tokens are validated,
 * so that claims are not available to these policies.
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#AuthorizationPolicy-Action
 */
export function checkAuthorizers(
  target: PolicyTarget,
  { message, ...asked }: AuthorizationInput,
  authorizers: Authorizers,
  cluster: Cluster,
): Asking {
  const unverified: AuthorizationInput = { ...asked, message: message && { ...message, verified: undefined } };
  const custom = appliedPolicies(target, 'CUSTOM', unverified, cluster);
  const named = [...new Set(custom.map(({ policy }) => providerOf(policy)))];
  const asking = custom.filter(each => each.applies !== false);
  const asks = [...new Set(asking.map(({ policy }) => providerOf(policy)))];
  const refusals = asking.map(each => ({
    ...each,
    refusal: named.length > 1 ? oneAlone(named) : authorizers.refusal(providerOf(each.policy), unverified),
  }));
  const refusing = refusals.find(each => each.refusal);
  return refusing?.applies && refusing.refusal
    ? { isAllowed: false, by: refusing.rule, asks, ...refusing.refusal }
    : { isAllowed: refusing ? undefined : true, asks, status: FORBIDDEN, reason: 'no external authorizer denies it' };
}

/**
 * Istio supports one external authorizer for each workload: if policies have several, every request that one of them
 * covers is denied.
 */
function oneAlone(providers: readonly string[]): AuthorizerRefusal {
  return {
    status: FORBIDDEN,
    reason:
      `its policies have several external authorizers (${providers.join(', ')}), and Istio supports one `
      + 'for each workload',
  };
}

function providerOf(policy: Resource): string {
  return policy.spec.get('provider', 'name').text;
}
