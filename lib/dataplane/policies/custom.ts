import { type Cluster, Kind, type Resource } from '../../manifests';
import { policiesFor, type PolicyTarget } from '../endpoints/policy-target';
import type { Unsimulated } from '../messages/unsimulated';
import type { AuthorizationInput } from './attributes';
import { appliedPolicies, FORBIDDEN, type Verdict } from './authorization';

/** The external authorizers of the mesh, for one proxy. */
export interface Authorizers {
  /** Why an authorizer, by its name, denies a request; undefined if it allows it. */
  readonly refusal: (provider: string, input: AuthorizationInput) => AuthorizerRefusal | undefined;
}

export interface AuthorizerRefusal {
  readonly status: number;
  readonly reason: string;
  /** Set if it is unknown whether the authorizer denies the request: the unknown on which that depends. */
  readonly doubt?: Unsimulated;
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
  input: AuthorizationInput,
  authorizers: Authorizers,
  cluster: Cluster,
): Asking {
  const unverified = withoutClaims(input);
  const custom = appliedPolicies(
    policiesFor(target, Kind.AUTHORIZATION_POLICY, cluster),
    'CUSTOM',
    unverified,
    cluster,
  );
  const named = [...new Set(custom.map(({ policy }) => providerOf(policy)))];
  const asking = custom.filter(each => each.applies !== false);
  const asks = [...new Set(asking.map(({ policy }) => providerOf(policy)))];
  const refusing = asking.flatMap(each => {
    const refusal = named.length > 1 ? oneAlone(named) : authorizers.refusal(providerOf(each.policy), unverified);
    return refusal ? [{ ...each, refusal }] : [];
  });
  const certain = refusing.find(each => each.applies && !each.refusal.doubt);
  if (certain) {
    const { status, reason } = certain.refusal;
    return { isAllowed: false, by: certain.rule, asks, status, reason };
  }
  return {
    isAllowed: refusing.length > 0 ? undefined : true,
    asks,
    status: refusing[0]?.refusal.status ?? FORBIDDEN,
    reason: 'no external authorizer denies it',
    doubt: () =>
      refusing.map(each => (each.applies ? each.refusal.doubt : each.doubt?.())).find(each => each !== undefined),
  };
}

function withoutClaims({ message, unknown, ...asked }: AuthorizationInput): AuthorizationInput {
  return {
    ...asked,
    message: message && { ...message, verified: undefined },
    unknown: unknown && new Set([...unknown].filter(each => each !== 'token')),
  };
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
