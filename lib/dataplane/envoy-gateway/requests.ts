import { type Cluster, type Field, Kind, type Resource } from '../../manifests';
import type { Context } from '../clusters/context';
import type { Caller } from '../endpoints/caller';
import type { Message } from '../messages/message';
import { type Ternary, unlessUnsimulated, Unsimulated } from '../messages/unsimulated';
import { BACKEND_TRAFFIC_POLICY, ENVOY_EXTENSION_POLICY, SECURITY_POLICY } from '../unread/envoy-gateway';
import { requireRead, titleOf } from '../unread/read';
import { type Attachment, policyFor } from './attachment';
import { authorize, problemOfRules } from './authorization';
import { invalidClient } from './client-problems';
import { clientTerms } from './clients';
import { checkExternally, problemOfAuthorizer } from './external-authorizer';
import { problemOfLocalKeys } from './jwks';
import { problemOfKeys, verifyKey } from './keys';
import { problemOfPasswords, verifyPassword } from './passwords';
import { headersOfTokens, problemOfTokens, type Verified, verifyToken, withoutHeaders } from './tokens';
import { type InvalidSetting, invalidTraffic } from './traffic-problems';
import { refused, type Verdict } from './verdict';

/**
 * The effect of the policies of Envoy Gateway on a request that a rule matches: external authorizer, API key, password,
 * JWT, then authorization. If one of these settings is invalid, the route responds with 500 to what the others allow.
 * Throws {@link Unsimulated} for all other settings of these policies.
 * @param written the headers that token providers of any route of the listener write: Envoy removes them from each
 * request, those for other routes too
 * @see https://github.com/envoyproxy/gateway/blob/v1.9.1/internal/xds/translator/httpfilters.go
 */
export function checkRequest(
  message: Message,
  place: Attachment,
  asker: Caller,
  context: Context,
  written: readonly string[] = [],
): Verdict {
  const { cluster } = context;
  const unsettled = requireTrafficRead(place, cluster);
  const extensions = policyFor(Kind.ENVOY_EXTENSION_POLICY, place, cluster);
  if (extensions) {
    requireRead(extensions.spec, ENVOY_EXTENSION_POLICY);
  }
  const policy = policyFor(Kind.SECURITY_POLICY, place, cluster);
  if (!policy) {
    return responseOf(unsettled, { message: withoutHeaders(message, written) });
  }
  requireRead(policy.spec, SECURITY_POLICY);
  const invalid = invalidSettings(policy, context);
  const filters: readonly (readonly [name: string, check: (at: Field, verdict: Verified) => Verified])[] = [
    ['extAuth', (at, verdict) => checkExternally(at, verdict.message, asker, context)],
    ['apiKeyAuth', (at, verdict) => verifyKey(at, verdict.message, cluster)],
    ['basicAuth', (at, verdict) => verifyPassword(at, verdict.message, cluster)],
    ['jwt', (at, verdict) => verifyToken(at, verdict.message)],
    ['authorization', authorize],
  ];
  const verdict = filters
    .filter(([name]) => !invalid.some(each => each.name === name))
    .reduce<Verified>(
      (before, [name, check]) => {
        const at = policy.spec.get(name);
        const read = name === 'jwt' ? { ...before, message: withoutHeaders(before.message, written) } : before;
        if (read.refusal || !at.exists) {
          return read;
        }
        const next = check(at, read);
        return { ...next, steps: [...(read.steps ?? []), ...(next.steps ?? [])] };
      },
      { message },
    );
  return responseOf([...invalid, ...unsettled], verdict);
}

/** A route with an invalid setting responds by itself to what policies allow. */
function responseOf([first]: readonly InvalidSetting[], verdict: Verified): Verdict {
  return first && !verdict.refusal
    ? { ...verdict, ...refused(verdict.message, 500, first.at, first.problem) }
    : verdict;
}

/** The token provider of a rule whose keys Envoy rejects. A policy that Envoy Gateway rejects has no keys there. */
export function unusableKeys(place: Attachment, cluster: Cluster): Field | undefined {
  const jwt = policyFor(Kind.SECURITY_POLICY, place, cluster)?.spec.get('jwt');
  return jwt?.exists && problemOfTokens(jwt, cluster) === undefined
    ? jwt.get('providers').items.find(each => problemOfLocalKeys(each, cluster) !== undefined)
    : undefined;
}

/** The headers that the token providers of a rule write. A policy that Envoy Gateway rejects has no providers there. */
export function tokenHeaders(place: Attachment, cluster: Cluster): readonly string[] {
  const jwt = policyFor(Kind.SECURITY_POLICY, place, cluster)?.spec.get('jwt');
  return jwt?.exists && problemOfTokens(jwt, cluster) === undefined ? headersOfTokens(jwt) : [];
}

/** The settings of a policy that Envoy Gateway rejects. An external authorizer that fails open is left out if it is one. */
function invalidSettings({ spec }: Resource, context: Context): InvalidSetting[] {
  const settings: readonly (readonly [name: string, problemOf: (at: Field) => string | undefined])[] = [
    ['apiKeyAuth', at => problemOfKeys(at, context.cluster)],
    ['basicAuth', at => problemOfPasswords(at, context.cluster)],
    ['jwt', at => problemOfTokens(at, context.cluster)],
    ['authorization', problemOfRules],
    ['extAuth', at => problemOfAuthorizer(at, context)],
  ];
  const invalid = settings.flatMap(([name, problemOf]) => {
    const at = spec.get(name);
    const problem = at.exists ? problemOf(at) : undefined;
    return problem === undefined ? [] : [{ name, at, problem }];
  });
  const [only] = invalid;
  return invalid.length === 1 && only?.name === 'extAuth' && only.at.get('failOpen').isTrue ? [] : invalid;
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
    return refusal?.status === 500 ? false : policyFor(Kind.SECURITY_POLICY, place, context.cluster) ? undefined : true;
  });
}

/** The invalid settings of a ClientTrafficPolicy and a BackendTrafficPolicy. A single request does not exceed a rate limit, unless the limit is 0. */
function requireTrafficRead(place: Attachment, cluster: Cluster): readonly InvalidSetting[] {
  const client = policyFor(Kind.CLIENT_TRAFFIC_POLICY, place, cluster);
  const rejected = client ? invalidClient(client, place, cluster) : [];
  const policy = policyFor(Kind.BACKEND_TRAFFIC_POLICY, place, cluster);
  if (!policy) {
    return rejected;
  }
  requireRead(policy.spec, BACKEND_TRAFFIC_POLICY);
  const rules = ['local', 'global'].flatMap(each => policy.spec.get('rateLimit', each, 'rules').items);
  const none = rules.map(each => each.get('limit', 'requests')).find(each => each.number === 0);
  if (none) {
    throw new Unsimulated(`${titleOf(policy)} allows no requests (${String(none)}).`, 'Set a limit of at least 1.');
  }
  return [...rejected, ...invalidTraffic(policy)];
}
