import { type Field, isWithin } from '../../manifests';
import type { Message } from '../messages/message';
import { and, or, type Ternary, Unsimulated } from '../messages/unsimulated';
import { titleOf } from '../unread/read';
import { valueAt, type Verified } from './tokens';
import { refused, type Verdict } from './verdict';

/**
 * The effect of the `authorization` of a SecurityPolicy on a request: the first matching rule decides, else the default
 * action, Deny unless set.
 */
export function authorize(authorization: Field, verified: Verified): Verdict {
  const { message } = verified;
  const fallback = authorization.get('defaultAction').text === 'Allow';
  const decided = decide(authorization.get('rules').items, fallback, rule => applies(rule, verified));
  if (decided === undefined) {
    throw new Unsimulated(
      `${titleOf(authorization.resource)} has rules on the IP address of the client `
        + `(${String(authorization)}), which is unknown.`,
      'Set the `address` of the request.',
    );
  }
  return decided ? { message } : refused(message, 403, authorization, 'no rule allows the request');
}

/** Why the rules are invalid: one has an address that is none. */
export function problemOfRules(authorization: Field): string | undefined {
  const invalid = authorization
    .get('rules')
    .items.flatMap(each => each.get('principal', 'clientCIDRs').texts)
    .find(each => !isWithin(each.split('/')[0] ?? '', each));
  return invalid === undefined ? undefined : `"${invalid}" is no CIDR`;
}

/** Whether requests are allowed; undefined if that depends on a rule that may or may not match. */
function decide([rule, ...rest]: readonly Field[], fallback: boolean, test: (rule: Field) => Ternary): Ternary {
  if (!rule) {
    return fallback;
  }
  const allows = rule.get('action').text === 'Allow';
  const matches = test(rule);
  if (matches === true) {
    return allows;
  }
  const others = decide(rest, fallback, test);
  return matches === false || others === allows ? others : undefined;
}

function applies(rule: Field, { message, provider, claims }: Verified): Ternary {
  const [methods, principal] = [rule.get('operation', 'methods').texts, rule.get('principal')];
  const jwt = principal.get('jwt');
  const isOfProvider = jwt.get('provider').text === provider && claims !== undefined;
  const isMatch = and([
    methods.length === 0 || methods.includes(message.method),
    ...principal
      .get('headers')
      .items.map(each =>
        each.get('values').texts.includes(message.headers[each.get('name').text.toLowerCase()] ?? '\0'),
      ),
    ...(jwt.exists ? [isOfProvider] : []),
    ...jwt
      .get('scopes')
      .texts.map(
        scope => isOfProvider && [claims.scope, claims.scp].some(each => Array.isArray(each) && each.includes(scope)),
      ),
    ...jwt
      .get('claims')
      .items.map(each => isOfProvider && hasClaim(each, valueAt(claims, each.get('name').text.split('.')))),
  ]);
  return isMatch && isFrom(principal.get('clientCIDRs').texts, message);
}

function hasClaim(at: Field, value: unknown): boolean {
  const values = at.get('values').texts;
  return at.get('valueType').text === 'StringArray'
    ? Array.isArray(value) && value.some(each => typeof each === 'string' && values.includes(each))
    : typeof value === 'string' && values.includes(value);
}

/** The address is that of the client, which the ClientTrafficPolicy of the listener determines. */
function isFrom(blocks: readonly string[], { address }: Message): Ternary {
  if (blocks.length === 0) {
    return true;
  }
  return address === undefined ? undefined : or(blocks.map(each => isWithin(address, each)));
}
