import { type Field, firstIfAll } from '../../manifests';
import type { Context } from '../clusters/context';
import { type GatewayListener, policyTargetOf } from '../listeners/listener';
import type { Message } from '../messages/message';
import { unlessUnsimulated } from '../messages/unsimulated';
import type { AuthorizationInput, UnknownPart } from '../policies/attributes';
import { authorize, type Verdict } from '../policies/authorization';
import type { Match } from '../routes/rule';
import { unreadKindFor } from '../unread';
import { evaluatedRules, isSimulated } from './failing-routes';

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
  return evaluatedRules(context.cluster).flatMap(({ at, rule, listeners }) => {
    if (!rule?.cors || rule.reply || listeners.length === 0) {
      return [];
    }
    const matches = rule.matches.length > 0 ? rule.matches : [undefined];
    const refusals = listeners.flatMap(listener => matches.map(match => refusalAt(listener, match, context)));
    const refusal = firstIfAll(refusals);
    return refusal && isSimulated(at, context.cluster) ? [{ at, ...refusal }] : [];
  });
}

function refusalAt(
  listener: GatewayListener,
  match: Match | undefined,
  context: Context,
): Omit<RefusedPreflight, 'at'> | undefined {
  const listeners = [listener, ...(listener.others ?? []).map(each => each.listener)];
  return unlessUnsimulated(() => firstIfAll(listeners.map(each => verdictAt(each, match, context))));
}

function verdictAt(listener: GatewayListener, match: Match | undefined, { cluster }: Context): Verdict | undefined {
  const target = policyTargetOf(listener);
  if (
    listener.caller.proxy.identity === undefined
    || unreadKindFor([{ ...target, role: 'gateway' }], cluster) !== undefined
  ) {
    return undefined;
  }
  const connection = { namespace: '', labels: {}, port: { number: listener.podPort, names: [], protocol: 'TCP' } };
  const asked: AuthorizationInput = { connection, isTcp: false, unknown: new Set(['server name']) };
  const verdict = authorize(
    target,
    { ...asked, message: { ...PREFLIGHT, path: match?.path?.value ?? '' }, unknown: unknownOf(match) },
    cluster,
  );
  const isForAll = authorize(target, asked, cluster).isAllowed === false;
  return verdict.isAllowed === false && !isForAll ? verdict : undefined;
}

const PREFLIGHT: Message = {
  scheme: 'https',
  host: '',
  port: 443,
  method: 'OPTIONS',
  path: '',
  query: '',
  headers: {},
};

/** A preflight has no token, and the method OPTIONS. */
function unknownOf(match: Match | undefined): ReadonlySet<UnknownPart> {
  return new Set<UnknownPart>([
    'host',
    'headers',
    'server name',
    ...(match?.path?.kind === 'exact' ? [] : (['path'] as const)),
  ]);
}
