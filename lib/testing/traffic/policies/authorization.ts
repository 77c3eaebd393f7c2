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
  /** The external authorizers that are asked. */
  readonly asks: readonly string[];
}

/** The external authorizers of the mesh, for one proxy. */
export interface Authorizers {
  /** Why one of them, by its name, does not let pass what is asked for; undefined if it does. */
  readonly refusal: (provider: string, asked: Asked) => AuthorizerRefusal | undefined;
}

export interface AuthorizerRefusal {
  readonly status: number;
  readonly reason: string;
}

/**
 * What the AuthorizationPolicies of a workload say: external authorizers first, then what is denied, then what is allowed.
 * @see https://istio.io/latest/docs/concepts/security/#implicit-enablement
 */
export function authorize(guarded: Guarded, asked: Asked, authorizers: Authorizers, cluster: Cluster): Verdict {
  const policies = policiesFor(guarded, Kind.AUTHORIZATION_POLICY, cluster).filter(each => each.annotations['istio.io/dry-run'] !== 'true');
  const applied = (action: string) => policies.filter(each => (each.spec.get('action').text || 'ALLOW') === action).map(each => applyPolicy(each, action !== 'ALLOW', asked, cluster));
  const custom = applied('CUSTOM');
  const asking = custom.filter(each => each.applies !== false);
  const asks = [...new Set(asking.map(({ policy }) => providerOf(policy)))];
  const several = [...new Set(custom.map(({ policy }) => providerOf(policy)))];
  const refusals = asking.map(each => ({ ...each, refusal: several.length > 1 ? oneAlone(several) : authorizers.refusal(providerOf(each.policy), asked) }));
  const refusing = refusals.find(each => each.refusal);
  const denying = applied('DENY').filter(each => each.applies !== false);
  const allowing = applied('ALLOW');

  if (refusing?.applies && refusing.refusal) {
    return { isAllowed: false, by: refusing.rule, asks, ...refusing.refusal };
  }
  const denier = denying.find(each => each.applies);
  if (denier) {
    return { isAllowed: false, by: denier.rule, asks, status: FORBIDDEN, reason: `${String(denier.rule)} denies this` };
  }
  if (allowing.length > 0 && allowing.every(each => each.applies === false)) {
    const [named = allowing[0]] = allowing.filter(({ policy }) => policy.spec.get('rules').items.length > 0);
    return { isAllowed: false, by: named?.policy.root, asks, status: FORBIDDEN, reason: `no rule of ${allowing.map(({ policy }) => policy.key).join(', ')} allows this` };
  }
  const isAllowed = and([refusing ? undefined : true, denying.length > 0 ? undefined : true, allowing.length > 0 ? or(allowing.map(each => each.applies)) : true]);
  return { isAllowed, by: allowing.find(each => each.applies)?.rule, asks, status: FORBIDDEN, reason: isAllowed ? 'nothing refuses it' : 'it depends on the request' };
}

/** What Envoy answers to what its rules do not let through. */
export const FORBIDDEN = 403;

/** Istio gives a workload one external authorizer: where policies name several, all that any of them would ask about is refused. */
function oneAlone(providers: readonly string[]): AuthorizerRefusal {
  return { status: FORBIDDEN, reason: `policies for it name several authorizers (${providers.join(', ')}), of which a workload can have one` };
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
