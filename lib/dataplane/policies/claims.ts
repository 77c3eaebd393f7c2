import type { Field } from '../../manifests';
import type { Token } from '../messages/message';
import { Unsimulated } from '../messages/unsimulated';

type Claims = Readonly<Record<string, unknown>>;
type Headers = Readonly<Record<string, string>>;

/** The values of a claim as text, one for each element of a list. */
export function claimTexts(claims: Claims, path: readonly string[]): readonly string[] {
  const value = claimAt(claims, path);
  return typeof value === 'string'
    ? [value]
    : Array.isArray(value)
      ? value.filter(each => typeof each === 'string')
      : [];
}

/**
 * Whether a token is for one of the audiences of a rule or provider, if it has any. Envoy compares them without
 * `http://` or `https://`, and without a slash at the end.
 * @see https://github.com/envoyproxy/envoy/blob/main/source/common/jwt/check_audience.cc
 */
export function isForAudience(at: Field, { claims }: Token): boolean {
  const audiences = at.get('audiences').texts.map(bareAudience);
  return audiences.length === 0 || claimTexts(claims, ['aud']).some(each => audiences.includes(bareAudience(each)));
}

function bareAudience(audience: string): string {
  return audience.replace(/^https?:\/\//, '').replace(/\/$/, '');
}

/**
 * Headers with the claims that a rule writes into them, of which each has the fields `header` and `claim`: two for one
 * header are one list.
 */
export function withClaimHeaders(headers: Headers, written: readonly Field[], claims: Claims): Headers {
  return written.reduce((all, each) => {
    const [name, value] = [
      each.get('header').text.toLowerCase(),
      claimHeader(claims, each.get('claim').text.split('.')),
    ];
    const before = Object.hasOwn(all, name) ? all[name] : undefined;
    return value === undefined ? all : { ...all, [name]: before === undefined ? value : `${before},${value}` };
  }, headers);
}

/**
 * The value of the header that Envoy writes for a claim: booleans as text, whole numbers of 64 bits as they are and all
 * others with six decimals, lists and objects as JSON in base64; undefined if it writes none.
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/jwt_authn/v3/config.proto
 */
function claimHeader(claims: Claims, path: readonly string[]): string | undefined {
  const value = claimAt(claims, path);
  switch (typeof value) {
    case 'string':
      return value || undefined;
    case 'boolean':
      return String(value);
    case 'number':
      return numberHeader(value);
    default:
      return typeof value === 'object' && value !== null ? encoded(value, path) : undefined;
  }
}

/** Envoy writes the fields of an object in any order. */
function encoded(value: object, path: readonly string[]): string {
  if (hasSeveralFields(value)) {
    throw new Unsimulated(
      `The claim ${path.join('.')} is an object with several fields, which a RequestAuthentication writes `
        + 'to a header in any order.',
      'Write one of its fields to the header.',
    );
  }
  return Buffer.from(JSON.stringify(value)).toString('base64');
}

function hasSeveralFields(value: unknown): boolean {
  return (
    typeof value === 'object'
    && value !== null
    && ((!Array.isArray(value) && Object.keys(value).length > 1) || Object.values(value).some(hasSeveralFields))
  );
}

function numberHeader(value: number): string {
  if (!Number.isInteger(value)) {
    return value.toFixed(6);
  }
  return value >= 0 && value < 2 ** 64 ? String(BigInt(value)) : `${BigInt(value)}.000000`;
}

function claimAt(claims: Claims, path: readonly string[]): unknown {
  let value: unknown = claims;
  for (const name of path) {
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Claims)[name] : undefined;
  }
  return value;
}

/**
 * The path of a claim in a header match of a route: `@request.auth.claims.group.id` or
 * `@request.auth.claims[group][id]`.
 */
export function claimOfHeader(name: string): readonly string[] | undefined {
  const [, dotted, bracketed] = /^@request\.auth\.claims(?:\.(.+)|\[(.+)\])$/i.exec(name) ?? [];
  return dotted?.split('.') ?? bracketed?.split('][');
}
