import { type Cluster, type Field, Kind } from '../../manifests';
import { isForAudience, withClaimHeaders } from './claims';
import { policiesFor, type PolicyTarget } from '../endpoints/policy-target';
import { BEARER, type Message, type Token, type TokenPlace } from '../messages/message';
import { Unsimulated } from '../messages/unsimulated';

/** The result of the authentication of a request. */
export interface Authenticated {
  /** The request with its validated claims, without a token that is not forwarded. */
  readonly message: Message;
  /** Set if the request was denied. */
  readonly refusal?: { readonly status: number; readonly by: Field; readonly reason: string };
  /** The rule that has accepted its token. */
  readonly by?: Field;
}

/**
 * The effect of the RequestAuthentications of a workload on a request: a token at one of their locations must be valid;
 * a request without a token is accepted. Headers that any of them writes are removed before, so that clients cannot
 * forge them.
 * @see https://istio.io/latest/docs/reference/config/security/request_authentication/
 */
export function authenticate(target: PolicyTarget, message: Message, cluster: Cluster): Authenticated {
  const { token } = message;
  const unverified: Message = { ...message, verified: undefined };
  if (isPreflight(message)) {
    return { message: unverified };
  }
  const rules = rulesFor(target, cluster);
  requireKnownToken(rules, message);
  const looking = rules.filter(rule => token && placesOf(rule).some(each => isAt(token, each, message)));
  const [first] = looking;
  if (!token || !first) {
    return { message: withoutWritten(unverified, rules) };
  }
  const ofIssuer = looking.filter(rule => rule.get('issuer').text === token.claims.iss);
  const isRead = looking.every(rule =>
    placesOf(rule).every(each => !isAt(token, each, message) || readsToken(each, message)),
  );
  const verifying = token.isValid && isRead ? ofIssuer.find(rule => isForAudience(rule, token)) : undefined;
  if (verifying) {
    return {
      message: passedOn(withoutWritten(unverified, rules), token, verifying),
      by: verifying,
    };
  }
  // Audiences are compared before the signature is verified, and of several rules for the issuer the first one decides.
  const [deciding] = ofIssuer;
  const isOfOtherAudience = isRead && deciding !== undefined && !isForAudience(deciding, token);
  const reason = isOfOtherAudience
    ? 'the token is for another audience'
    : deciding === undefined
      ? `no jwtRule has the issuer ${String(token.claims.iss)}`
      : 'the token is not valid';
  return { message: unverified, refusal: { status: isOfOtherAudience ? 403 : 401, by: deciding ?? first, reason } };
}

/** A CORS preflight request. */
export function isPreflight({ method, headers }: Message): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

/** The rules of all RequestAuthentications of a workload, in the order of its proxy's configuration. */
function rulesFor(target: PolicyTarget, cluster: Cluster): Field[] {
  const rules = policiesFor(target, Kind.REQUEST_AUTHENTICATION, cluster).flatMap(
    each => each.spec.get('jwtRules').items,
  );
  const issuer = (rule: Field) => rule.get('issuer').text;
  return rules.sort((a, b) => (issuer(a) < issuer(b) ? -1 : issuer(a) > issuer(b) ? 1 : 0));
}

interface PlaceWithPrefix extends TokenPlace {
  readonly prefix: string;
}

/** The token locations of a rule. */
function placesOf(rule: Field): readonly PlaceWithPrefix[] {
  const named = [
    ...rule.get('fromHeaders').items.map(each => ({
      kind: 'header' as const,
      name: each.get('name').text.toLowerCase(),
      prefix: each.get('prefix').text,
    })),
    ...rule.get('fromParams').texts.map(name => ({ kind: 'parameter' as const, name, prefix: '' })),
    ...rule.get('fromCookies').texts.map(name => ({ kind: 'cookie' as const, name, prefix: '' })),
  ];
  return named.length === 0 ? USUAL : named;
}

/** Envoy's default token locations. */
const USUAL = [
  { ...BEARER, prefix: 'Bearer ' },
  { kind: 'parameter' as const, name: 'access_token', prefix: '' },
];

/** In a header a rule looks behind its prefix, and for no token where that is missing. */
function isAt({ place = BEARER }: Token, { kind, name, prefix }: PlaceWithPrefix, { headers }: Message): boolean {
  return isSame(place, { kind, name }) && (kind !== 'header' || (headers[name] ?? '').includes(prefix));
}

/**
 * Whether what a rule finds in a header is the token alone: behind a prefix, it is what has the characters of a token;
 * without one, all of it.
 */
function readsToken({ kind, name, prefix }: PlaceWithPrefix, { headers }: Message): boolean {
  const value = headers[name] ?? '';
  const found = prefix === '' ? value : /[\w.-]+/.exec(value.slice(value.indexOf(prefix) + prefix.length))?.[0];
  return kind !== 'header' || found === 'token';
}

function isSame(one: TokenPlace, other: TokenPlace): boolean {
  return one.kind === other.kind && one.name === other.name;
}

/** Throws for a request without `claims` that has a value at a token location of a rule. */
function requireKnownToken(rules: readonly Field[], { token, headers, query }: Message): void {
  const carries = ({ kind, name, prefix }: PlaceWithPrefix): boolean => {
    switch (kind) {
      case 'header':
        return headers[name]?.includes(prefix) ?? false;
      case 'parameter':
        return new URLSearchParams(query).has(name);
      case 'cookie':
        return (headers.cookie ?? '').split(';').some(each => each.trim().startsWith(`${name}=`));
    }
  };
  const found = rules.flatMap(placesOf).find(each => (!token || !isSame(token.place ?? BEARER, each)) && carries(each));
  if (found) {
    throw new Unsimulated(
      `The request has a token in the ${found.kind} ${found.name} with unknown claims.`,
      'Set the `claims` of the request instead.',
    );
  }
}

/** A request without the headers that rules write. */
function withoutWritten(message: Message, rules: readonly Field[]): Message {
  const written = new Set(
    rules
      .flatMap(rule => [
        ...rule.get('outputClaimToHeaders').items.map(each => each.get('header')),
        rule.get('outputPayloadToHeader'),
      ])
      .map(each => each.text.toLowerCase()),
  );
  return {
    ...message,
    headers: Object.fromEntries(Object.entries(message.headers).filter(([name]) => !written.has(name))),
  };
}

function passedOn(message: Message, token: Token, rule: Field): Message {
  const payload = rule.get('outputPayloadToHeader').text.toLowerCase();
  const all =
    payload === ''
      ? message.headers
      : { ...message.headers, [payload]: Buffer.from(JSON.stringify(token.claims)).toString('base64url') };
  const headers = withClaimHeaders(all, rule.get('outputClaimToHeaders').items, token.claims);
  const verified = withLists(token.claims, ['scope', 'permission', ...rule.get('spaceDelimitedClaims').texts]);
  return rule.get('forwardOriginalToken').isTrue
    ? { ...message, headers, verified }
    : { ...withoutToken({ ...message, headers }, token), verified };
}

/** A request without its token; Envoy leaves one in a cookie where it is. */
function withoutToken(message: Message, { place: { kind, name } = BEARER }: Token): Message {
  const headers = Object.entries(message.headers).filter(([header]) => kind !== 'header' || header !== name);
  const query = message.query.split('&').filter(each => kind !== 'parameter' || each.split('=')[0] !== name);
  return {
    ...message,
    token: kind === 'cookie' ? message.token : undefined,
    headers: Object.fromEntries(headers),
    query: query.join('&'),
  };
}

/** Claims with space-separated values are treated as lists. */
function withLists(claims: Token['claims'], spaced: readonly string[]): Token['claims'] {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      spaced.includes(name) && typeof value === 'string' ? value.split(' ') : value,
    ]),
  );
}
