import { type Cluster, type Field, Kind } from '../../manifests';
import type { Context } from '../clusters/context';
import type { Caller } from '../endpoints/caller';
import type { Message } from '../messages/message';
import { type Ternary, unlessUnsimulated, Unsimulated } from '../messages/unsimulated';
import { BACKEND_TRAFFIC_POLICY, ENVOY_EXTENSION_POLICY, SECURITY_POLICY } from '../unread/envoy-gateway';
import { requireRead, titleOf } from '../unread/read';
import { type Attachment, policyFor } from './attachment';
import { authorize } from './authorization';
import { clientTerms } from './clients';
import { checkExternally } from './external-authorizer';
import { verifyKey } from './keys';
import { verifyPassword } from './passwords';
import { type Verified, verifyToken } from './tokens';
import type { Verdict } from './verdict';

/**
 * The effect of the policies of Envoy Gateway on a request that a rule matches: external authorizer, API key, password,
 * JWT, then authorization. Throws {@link Unsimulated} for all other settings of these policies.
 * @see https://github.com/envoyproxy/gateway/blob/v1.9.1/internal/xds/translator/httpfilters.go
 */
export function checkRequest(message: Message, place: Attachment, asker: Caller, context: Context): Verdict {
  const { cluster } = context;
  requireLimitsRead(place, cluster);
  const extensions = policyFor(Kind.ENVOY_EXTENSION_POLICY, place, cluster);
  if (extensions) {
    requireRead(extensions.spec, ENVOY_EXTENSION_POLICY);
  }
  const policy = policyFor(Kind.SECURITY_POLICY, place, cluster);
  if (!policy) {
    return { message };
  }
  requireRead(policy.spec, SECURITY_POLICY);
  const filters: readonly (readonly [name: string, check: (at: Field, verdict: Verified) => Verified])[] = [
    ['extAuth', (at, verdict) => checkExternally(at, verdict.message, asker, context)],
    ['apiKeyAuth', (at, verdict) => verifyKey(at, verdict.message, cluster)],
    ['basicAuth', (at, verdict) => verifyPassword(at, verdict.message, cluster)],
    ['jwt', (at, verdict) => verifyToken(at, verdict.message)],
    ['authorization', authorize],
  ];
  return filters.reduce<Verified>(
    (verdict, [name, check]) => {
      const at = policy.spec.get(name);
      if (verdict.refusal || !at.exists) {
        return verdict;
      }
      const next = check(at, verdict);
      return { ...next, steps: [...(verdict.steps ?? []), ...(next.steps ?? [])] };
    },
    { message },
  );
}

/**
 * Throws {@link Unsimulated} where a policy decides about connections in which the gateway sees no requests: those of
 * TLS that it leaves as it is, too.
 */
export function requireConnectionsOpen(place: Attachment, cluster: Cluster): void {
  const authorization = policyFor(Kind.SECURITY_POLICY, place, cluster)?.spec.get('authorization');
  if (authorization?.exists) {
    throw new Unsimulated(
      `${titleOf(authorization.resource)} decides about connections to ${place.gateway.key} too `
        + `(${String(authorization)}).`,
      'Remove it from the manifests of the test, or test it in a cluster.',
    );
  }
}

/**
 * Whether its policies allow all requests to a rule; undefined if that depends on the request, or on settings that are
 * not simulated.
 */
export function isOpen(place: Attachment, asker: Caller, context: Context): Ternary {
  const anything = { scheme: 'http', host: '', port: 0, method: '', path: '/', query: '', headers: {} };
  return unlessUnsimulated(() => {
    clientTerms(place, context.cluster);
    const { refusal } = checkRequest(anything, place, asker, context);
    return policyFor(Kind.SECURITY_POLICY, place, context.cluster)
      ? refusal?.status === 500
        ? false
        : undefined
      : true;
  });
}

/** A single request does not exceed a rate limit, unless the limit is 0. */
function requireLimitsRead(place: Attachment, cluster: Cluster): void {
  const policy = policyFor(Kind.BACKEND_TRAFFIC_POLICY, place, cluster);
  if (!policy) {
    return;
  }
  requireRead(policy.spec, BACKEND_TRAFFIC_POLICY);
  const rules = ['local', 'global'].flatMap(each => policy.spec.get('rateLimit', each, 'rules').items);
  const none = rules.map(each => each.get('limit', 'requests')).find(each => each.number === 0);
  if (none) {
    throw new Unsimulated(`${titleOf(policy)} allows no requests (${String(none)}).`, 'Set a limit of at least 1.');
  }
}
