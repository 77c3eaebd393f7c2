import { type Cluster, type Field, Kind } from '../../../manifests';
import { claimTexts } from './claims';
import { type Guarded, policiesFor } from './guarded';
import { BEARER, type Message, type Token, type TokenPlace } from '../message';

/** What became of the token of a request. */
export interface Authenticated {
  /** The request with its verified claims, without a token that is not passed on. */
  readonly message: Message;
  /** Given if it was refused. */
  readonly refusal?: { readonly status: number; readonly by: Field; readonly reason: string };
}

/**
 * What the RequestAuthentications of a workload make of a token: one where they look for it has to be valid; a request without one passes.
 * @see https://istio.io/latest/docs/reference/config/security/request_authentication/
 */
export function authenticate(guarded: Guarded, message: Message, cluster: Cluster): Authenticated {
  const { token } = message;
  const unverified: Message = { ...message, verified: undefined };
  const rules = policiesFor(guarded, Kind.REQUEST_AUTHENTICATION, cluster).flatMap(each => each.spec.get('jwtRules').items);
  const looking = rules.filter(rule => token && looksAt(rule, token));
  const [first] = looking;
  if (!token || !first || isPreflight(message)) {
    return { message: unverified };
  }
  const ofIssuer = looking.filter(rule => rule.get('issuer').text === token.claims.iss);
  const verifying = token.isValid ? ofIssuer.find(rule => isForAudience(rule, token)) : undefined;
  if (verifying) {
    return { message: passedOn(unverified, token, verifying) };
  }
  const isOfOtherAudience = token.isValid && ofIssuer.length > 0;
  const reason = isOfOtherAudience ? 'the token is for another audience' : ofIssuer.length === 0 ? `no rule has the issuer ${String(token.claims.iss)}` : 'the token is not valid';
  return { message: unverified, refusal: { status: isOfOtherAudience ? 403 : 401, by: ofIssuer[0] ?? first, reason } };
}

/** A request with which a browser asks whether it may send another. */
export function isPreflight({ method, headers }: Message): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

function looksAt(rule: Field, { place = BEARER }: Token): boolean {
  const named: TokenPlace[] = [
    ...rule.get('fromHeaders').items.map(each => ({ kind: 'header' as const, name: each.get('name').text.toLowerCase() })),
    ...rule.get('fromParams').texts.map(name => ({ kind: 'parameter' as const, name })),
    ...rule.get('fromCookies').texts.map(name => ({ kind: 'cookie' as const, name })),
  ];
  return (named.length === 0 ? USUAL : named).some(({ kind, name }) => kind === place.kind && name === place.name);
}

/** Where Envoy looks if it is not told. */
const USUAL: readonly TokenPlace[] = [BEARER, { kind: 'parameter', name: 'access_token' }];

function isForAudience(rule: Field, { claims }: Token): boolean {
  const audiences = rule.get('audiences').texts;
  return audiences.length === 0 || claimTexts(claims, ['aud']).some(each => audiences.includes(each));
}

function passedOn(message: Message, token: Token, rule: Field): Message {
  const { place = BEARER } = token;
  const keeps = rule.get('forwardOriginalToken').isTrue;
  const others = Object.fromEntries(Object.entries(message.headers).filter(([name]) => place.kind !== 'header' || name !== place.name));
  const written = rule.get('outputClaimToHeaders').items.flatMap(each => {
    const value = claimTexts(token.claims, each.get('claim').text.split('.')).join(',');
    return value === '' ? [] : [[each.get('header').text.toLowerCase(), value] as const];
  });
  const payload = rule.get('outputPayloadToHeader').text.toLowerCase();
  return {
    ...message,
    token: keeps ? token : undefined,
    headers: {
      ...(keeps ? message.headers : others),
      ...Object.fromEntries(written),
      ...(payload === '' ? {} : { [payload]: Buffer.from(JSON.stringify(token.claims)).toString('base64url') }),
    },
    verified: withLists(token.claims, ['scope', 'permission', ...rule.get('spaceDelimitedClaims').texts]),
  };
}

/** Claims that are written with spaces between are lists to who asks for them. */
function withLists(claims: Token['claims'], spaced: readonly string[]): Token['claims'] {
  return Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, spaced.includes(name) && typeof value === 'string' ? value.split(' ') : value]));
}
