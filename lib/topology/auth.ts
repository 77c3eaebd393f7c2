import { Mistake } from './mistake';

/** Which tokens are accepted. */
export interface JwtProps {
  /** The `iss` claim, a URL under which the issuer publishes its keys. */
  readonly issuer: string;
  /** The `aud` claims of which a token must have one. */
  readonly audiences: string[];
  /**
   * Where the issuer's keys are.
   * @default - found by OpenID Connect discovery at the issuer
   */
  readonly jwksUri?: string;
  /**
   * The issuer's keys themselves, as a JSON Web Key Set, for a cluster that cannot reach the issuer.
   * @default - fetched
   */
  readonly jwks?: string;
}

/** What a request from outside must prove. */
export class Auth {
  /** Nothing: anyone may. */
  static none(): Auth {
    return new Auth();
  }

  /** A valid JSON Web Token in `Authorization: Bearer`. */
  static jwt(props: JwtProps): Auth {
    if (!/^https?:\/\/./.test(props.issuer)) {
      throw new Mistake({
        code: 'InvalidIssuer',
        where: 'Auth.jwt',
        problem: `The issuer "${props.issuer}" is no URL, so its keys cannot be found.`,
        remedy: 'Give the issuer as its tokens state it, e.g. "https://login.shop.example".',
      });
    }
    if (props.audiences.length === 0) {
      throw new Mistake({
        code: 'NoAudience',
        where: 'Auth.jwt',
        problem: 'Without an audience a token that was issued for any other service would be accepted.',
        remedy: 'Name the audiences of this edge.',
      });
    }
    return new Auth(props);
  }

  private constructor(readonly token?: JwtProps) {}
}
