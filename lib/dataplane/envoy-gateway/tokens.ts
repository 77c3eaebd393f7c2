import { type Cluster, type Field, Kind } from '../../manifests';
import { BEARER, type Message, type Token } from '../messages/message';
import { isForAudience, withClaimHeaders } from '../policies/claims';
import { Unsimulated } from '../messages/unsimulated';
import { titleOf } from '../unread/read';
import { refused, type Verdict } from './verdict';

/** A request with a validated token. */
export interface Verified extends Verdict {
  /** The provider that validated it. */
  readonly provider?: string;
  readonly claims?: Token['claims'];
}

/**
 * The effect of the `jwt` of a SecurityPolicy on a request: a provider must accept its token.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/jwt_authn_filter
 */
export function verifyToken(jwt: Field, message: Message): Verified {
  const providers = jwt.get('providers').items;
  const clean = withoutHeaders(message, headersOfTokens(jwt));
  const { token } = message;
  const looking = token ? providers.filter(each => looksAt(each, token, message)) : [];
  const failsOpen = jwt.get('failOpen').isTrue;
  if (!token || looking.length === 0) {
    return jwt.get('optional').isTrue || failsOpen
      ? { message: clean }
      : refused(clean, 401, jwt, 'the request has no token');
  }
  const ofIssuer = looking.filter(each => ['', String(token.claims.iss)].includes(each.get('issuer').text));
  const verifying = token.isValid ? ofIssuer.find(each => isForAudience(each, token)) : undefined;
  if (verifying) {
    requireIssuer(verifying);
    const headers = withClaimHeaders(clean.headers, verifying.get('claimToHeaders').items, token.claims);
    return { message: { ...clean, headers }, provider: verifying.get('name').text, claims: withScopes(token.claims) };
  }
  if (failsOpen) {
    return { message: clean };
  }
  if (ofIssuer.length === 0 && jwt.get('optional').isTrue) {
    throw new Unsimulated(
      `${titleOf(jwt.resource)} has an optional JWT, and the token of the request has another issuer.`,
      'Use a token of one of its issuers, or none.',
    );
  }
  const [first] = ofIssuer;
  return token.isValid && first
    ? refused(clean, 403, first, 'the token is for another audience')
    : refused(
        clean,
        401,
        first ?? jwt,
        first ? 'the token is not valid' : `no provider has the issuer ${String(token.claims.iss)}`,
      );
}

/** Why providers are invalid: the ConfigMap of their keys has none. One that is not among the manifests is assumed to. */
export function problemOfTokens(jwt: Field, cluster: Cluster): string | undefined {
  const empty = jwt
    .get('providers')
    .items.map(each => each.get('localJWKS', 'valueRef', 'name'))
    .map(each => cluster.find(Kind.CONFIG_MAP, each.text, jwt.resource.namespace))
    .find(each => each?.root.get('data').entries.length === 0);
  return empty && `the ConfigMap ${empty.key} has no keys`;
}

/** A token has one issuer, and the issuer of a provider without an `issuer` is unknown. */
function requireIssuer(provider: Field): void {
  if (provider.get('issuer').text === '') {
    throw new Unsimulated(
      `${titleOf(provider.resource)} has a provider without an issuer (${String(provider)}).`,
      'Set the issuer of its keys.',
    );
  }
}

function looksAt(provider: Field, { place = BEARER }: Token, { headers }: Message): boolean {
  const from = provider.get('extractFrom');
  if (!from.exists) {
    return (
      (place.kind === 'header' && place.name === BEARER.name)
      || (place.kind === 'parameter' && place.name === 'access_token')
    );
  }
  const named = from.get('headers').items.filter(each => each.get('name').text.toLowerCase() === place.name);
  switch (place.kind) {
    case 'header':
      return named.some(each =>
        (headers[place.name] ?? '').startsWith(
          each.get('valuePrefix').text || (place.name === BEARER.name ? 'Bearer ' : ''),
        ),
      );
    case 'parameter':
      return from.get('params').texts.includes(place.name);
    case 'cookie':
      return from.get('cookies').texts.includes(place.name);
  }
}

/** The headers that the providers of a `jwt` write, in lower case. */
export function headersOfTokens(jwt: Field): readonly string[] {
  return jwt
    .get('providers')
    .items.flatMap(each => each.get('claimToHeaders').items)
    .map(each => each.get('header').text.toLowerCase());
}

/** A request without some headers, by their names in lower case. */
export function withoutHeaders(message: Message, names: readonly string[]): Message {
  const kept = Object.entries(message.headers).filter(([name]) => !names.includes(name));
  return { ...message, headers: Object.fromEntries(kept) };
}

/** The value of a claim, possibly a nested one. */
export function valueAt(claims: Token['claims'], path: readonly string[]): unknown {
  return path.reduce(
    (value: unknown, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined,
    claims,
  );
}

/** Rules treat scopes as a list, whether the token has a list or a string. */
function withScopes(claims: Token['claims']): Token['claims'] {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      ['scope', 'scp'].includes(name) && typeof value === 'string' ? value.split(' ') : value,
    ]),
  );
}
