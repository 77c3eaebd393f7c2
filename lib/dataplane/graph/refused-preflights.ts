import { type Field, firstIfAll } from '../../manifests';
import type { Context } from '../clusters/context';
import { type GatewayListener, policyTargetOf } from '../listeners/listener';
import { unlessUnsimulated } from '../messages/unsimulated';
import { authorize, type Verdict } from '../policies/authorization';
import { unreadKindFor } from '../unread';
import { evaluatedRules, isSimulated } from './failing-routes';
import { type KnownRequests, requestsAt } from './requests-on-route';

/** A rule with a CORS policy that no preflight reaches. */
export interface RefusedPreflight {
  /** The rule. */
  readonly at: Field;
  readonly by?: Field;
  readonly status: number;
  readonly reason: string;
}

/**
 * Rules with CORS policies at gateways whose AuthorizationPolicies deny every preflight, which has no token, but not
 * every request.
 */
export function refusedPreflights(context: Context): RefusedPreflight[] {
  return evaluatedRules(context.cluster).flatMap(({ at, rule, hosts, listeners }) => {
    if (!rule?.cors || rule.reply || listeners.length === 0) {
      return [];
    }
    const refusals = listeners
      .flatMap(each => [each, ...(each.others ?? []).map(other => other.listener)])
      .flatMap(each => unlessUnsimulated(() => verdictsAt(each, requestsAt({ rule, hosts }, each), context)));
    const refusal = firstIfAll(refusals);
    return refusal && isSimulated(at, context.cluster) ? [{ at, ...refusal }] : [];
  });
}

/** The denials of preflights, undefined for those that are not denied, or no more than all other requests are. */
function verdictsAt(
  listener: GatewayListener,
  requests: readonly KnownRequests[],
  { cluster }: Context,
): (Verdict | undefined)[] {
  const target = policyTargetOf(listener);
  if (
    listener.caller.proxy.identity === undefined
    || unreadKindFor([{ ...target, role: 'gateway' }], cluster) !== undefined
  ) {
    return [undefined];
  }
  const connection = { namespace: '', labels: {}, port: { number: listener.podPort, names: [], protocol: 'TCP' } };
  const isForAll =
    authorize(target, { connection, isTcp: false, unknown: new Set(['server name']) }, cluster).isAllowed === false;
  return requests.map(each => {
    const verdict = authorize(target, { connection, isTcp: false, ...asPreflight(each) }, cluster);
    return verdict.isAllowed === false && !isForAll ? verdict : undefined;
  });
}

/** A preflight has no token, and the method OPTIONS. */
function asPreflight({ message, unknown = new Set(), pathStart }: KnownRequests): KnownRequests {
  return {
    message: message && { ...message, method: 'OPTIONS' },
    unknown: new Set([...unknown].filter(each => each !== 'method' && each !== 'token')),
    pathStart,
  };
}
