import { type Cluster, Kind, type Resource } from '../../manifests';
import type { Message } from '../messages/message';
import { isPreflight } from '../policies/authentication';
import { type Ternary, unlessUnsimulated, Unsimulated } from '../messages/unsimulated';
import { BACKEND_TRAFFIC_POLICY, ENVOY_EXTENSION_POLICY, SECURITY_POLICY } from '../unread/envoy-gateway';
import { requireRead, titleOf } from '../unread/read';
import { type Attachment, policyFor } from './attachment';
import { authorize } from './authorization';
import { clientTerms } from './clients';
import { verifyKey } from './keys';
import { verifyToken } from './tokens';
import type { Verdict } from './verdict';

/**
 * The effect of the policies of Envoy Gateway on a request that a rule matches: API key, then JWT, then authorization.
 * Throws {@link Unsimulated} for all other settings of these policies.
 * @see https://github.com/envoyproxy/gateway/blob/v1.9.1/internal/xds/translator/httpfilters.go
 */
export function checkRequest(message: Message, place: Attachment, cluster: Cluster): Verdict {
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
  requireNoPreflight(policy, message);
  const [key, jwt, authorization] = ['apiKeyAuth', 'jwt', 'authorization'].map(each => policy.spec.get(each));
  const keyed = key?.exists ? verifyKey(key, message, cluster) : { message };
  if (keyed.refusal) {
    return keyed;
  }
  const verified = jwt?.exists ? verifyToken(jwt, keyed.message) : keyed;
  return verified.refusal || !authorization?.exists ? verified : authorize(authorization, verified);
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
export function isOpen(place: Attachment, cluster: Cluster): Ternary {
  return unlessUnsimulated(() => {
    const policy = policyFor(Kind.SECURITY_POLICY, place, cluster);
    clientTerms(place, cluster);
    checkRequest({ scheme: 'http', host: '', port: 0, method: '', path: '/', query: '', headers: {} }, place, cluster);
    return policy ? undefined : true;
  });
}

function requireNoPreflight(policy: Resource, message: Message): void {
  if (policy.spec.get('cors').exists && isPreflight(message)) {
    throw new Unsimulated(
      `${titleOf(policy)} handles CORS preflights (spec.cors).`,
      'Declare CORS as a filter of the HTTPRoute.',
    );
  }
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
