import type { Cluster, Resource } from '../../../manifests';
import { appliedPolicies, FORBIDDEN, type Verdict } from './authorization';
import type { Asked } from './authorization-rule';
import type { Guarded } from './guarded';

/** The external authorizers of the mesh, for one proxy. */
export interface Authorizers {
  /** Why one of them, by its name, does not let pass what is asked for; undefined if it does. */
  readonly refusal: (provider: string, asked: Asked) => AuthorizerRefusal | undefined;
}

export interface AuthorizerRefusal {
  readonly status: number;
  readonly reason: string;
}

/** What authorizers say, with the names of those which are asked. */
export interface Asking extends Verdict {
  readonly asks: readonly string[];
}

/**
 * What the external authorizers say that the AuthorizationPolicies of a workload name. They are asked before tokens are verified, so that policies which ask them know no claims.
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#AuthorizationPolicy-Action
 */
export function askAuthorizers(guarded: Guarded, { message, ...asked }: Asked, authorizers: Authorizers, cluster: Cluster): Asking {
  const unverified: Asked = { ...asked, message: message && { ...message, verified: undefined } };
  const custom = appliedPolicies(guarded, 'CUSTOM', unverified, cluster);
  const named = [...new Set(custom.map(({ policy }) => providerOf(policy)))];
  const asking = custom.filter(each => each.applies !== false);
  const asks = [...new Set(asking.map(({ policy }) => providerOf(policy)))];
  const refusals = asking.map(each => ({ ...each, refusal: named.length > 1 ? oneAlone(named) : authorizers.refusal(providerOf(each.policy), unverified) }));
  const refusing = refusals.find(each => each.refusal);
  return refusing?.applies && refusing.refusal
    ? { isAllowed: false, by: refusing.rule, asks, ...refusing.refusal }
    : { isAllowed: refusing ? undefined : true, asks, status: FORBIDDEN, reason: 'no authorizer refuses it' };
}

/** Istio gives a workload one external authorizer: where policies name several, all that any of them would ask about is refused. */
function oneAlone(providers: readonly string[]): AuthorizerRefusal {
  return { status: FORBIDDEN, reason: `policies for it name several authorizers (${providers.join(', ')}), of which a workload can have one` };
}

function providerOf(policy: Resource): string {
  return policy.spec.get('provider', 'name').text;
}
