import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { ValidationError } from './validation-error';

const PRIVATE_PARTS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
/** @see https://datatracker.ietf.org/doc/html/rfc7518#section-3.3 */
const SHORTEST = 2048;
const CURVES = new Map([
  ['EC', ['P-256', 'P-384', 'P-521']],
  ['OKP', ['Ed25519']],
]);

/**
 * Rejects a JSON Web Key Set that a gateway would not accept, or that would publish a secret: its keys are written to
 * manifests as they are.
 * @see https://github.com/google/jwt_verify_lib/blob/master/src/jwks.cc
 */
export function requirePublicKeys(path: string, jwks: string): void {
  const keys = keysIn(jwks);
  const summary = keys ? problemOf(keys) : 'The keys are not a JSON Web Key Set';
  if (summary !== undefined) {
    throw new ValidationError({
      code: 'InvalidKeys',
      path,
      summary: `${summary}.`,
      fix: 'Give the public keys of the issuer as it publishes them, \'{"keys":[{"kty":"RSA","n":"…","e":"AQAB"}]}\'.',
    });
  }
}

function keysIn(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && Array.isArray(value.keys) ? value.keys : undefined;
  } catch {
    return undefined;
  }
}

function problemOf(keys: readonly unknown[]): string | undefined {
  return keys.length === 0
    ? 'The key set has no key, and a gateway rejects its whole configuration then'
    : keys
        .map((key, index) => {
          const summary = isObject(key) ? problemOfKey(key) : 'is not an object';
          return summary === undefined ? undefined : `Key ${index + 1} of the set ${summary}`;
        })
        .find(summary => summary !== undefined);
}

function problemOfKey(key: JsonWebKey): string | undefined {
  const parts = PRIVATE_PARTS.filter(part => Object.hasOwn(key, part));
  if (parts.length > 0) {
    return `has private parts (${parts.join(', ')}), with which every reader of them can sign tokens`;
  }
  const curves = CURVES.get(String(key.kty));
  if (key.kty !== 'RSA' && !curves?.includes(String(key.crv))) {
    return (
      'has a type that gateways do not support: kty '
      + `${String(key.kty)}${key.crv === undefined ? '' : `, crv ${key.crv}`}`
    );
  }
  try {
    const bits = createPublicKey({ key, format: 'jwk' }).asymmetricKeyDetails?.modulusLength ?? SHORTEST;
    return bits < SHORTEST ? `is an RSA key of ${bits} bits, shorter than the ${SHORTEST} of RFC 7518` : undefined;
  } catch {
    return 'is malformed';
  }
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
