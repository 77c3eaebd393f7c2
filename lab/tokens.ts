import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** Issues JSON Web Tokens. */
export class TokenIssuer {
  /** The public key, as a JSON Web Key Set. */
  readonly jwks: string;
  private readonly key: KeyObject;

  constructor(readonly issuer: string) {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.key = privateKey;
    this.jwks = JSON.stringify({
      keys: [{ ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' }],
    });
  }

  /**
   * A header with a token for an audience, which expires after a number of seconds; given claims replace the default
   * ones.
   */
  bearer(
    audience: string,
    seconds = 600,
    claims: Readonly<Record<string, string>> = {},
  ): { readonly authorization: string } {
    const now = Math.floor(Date.now() / 1000);
    return this.tokenOf({ sub: 'customer', aud: audience, iat: now - 3600, exp: now + seconds, ...claims });
  }

  /** A header with a token that has these claims, and no expiry unless they have `exp`. */
  tokenOf(claims: Readonly<Record<string, unknown>>): { readonly authorization: string } {
    const content = [
      { alg: 'RS256', typ: 'JWT', kid: KEY_ID },
      { iss: this.issuer, ...claims },
    ]
      .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return {
      authorization: `Bearer ${content}.${sign('sha256', Buffer.from(content), this.key).toString('base64url')}`,
    };
  }
}

const KEY_ID = 'lab';
