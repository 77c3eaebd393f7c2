import { requirePublicKeys } from './jwks';
import { given } from './given';
import { Mistake } from './mistake';
import { requireDnsSubdomain, requireHeaderName } from './names';

/** Which tokens are accepted. */
export interface JwtProps {
  /** The `iss` claim, a URL under which the issuer publishes its keys. */
  readonly issuer: string;
  /** The `aud` claims of which a token must have one, literally. */
  readonly audiences: string[];
  /**
   * Whether in a token without `aud` the claim `client_id` is compared with `audiences` instead. The access tokens of
   * Amazon Cognito are such tokens: their audiences are the ids of app clients. Of a token with both, `aud` alone counts.
   * @default false
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
   */
  readonly clientIdAsAudience?: boolean;
  /**
   * The scopes of which a token must have one, literally, in its claim `scope`, divided by blanks.
   * @default - any
   */
  readonly scopes?: string[];
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

/** Which API keys are accepted. */
export interface ApiKeyProps {
  /** The Secret, in the edge's namespace, whose entries are the clients' names and their keys. A managed API keeps keys of its own. */
  readonly secret: string;
  /**
   * The header that carries the key.
   * @default x-api-key
   */
  readonly header?: string;
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
    requireNoPatterns('audience', props.audiences);
    requireNoPatterns('issuer', [props.issuer]);
    refuseUnusableScopes(props.scopes);
    requireKeyAddress(props.jwksUri);
    if (props.jwks !== undefined) {
      requirePublicKeys('Auth.jwt', props.jwks);
    }
    return new Auth(given(props));
  }

  /** A key that was given to the client. Keys do not expire by themselves and prove no user: prefer tokens where clients can have them. */
  static apiKey(props: ApiKeyProps): Auth {
    requireDnsSubdomain('Auth.apiKey', 'a Secret', props.secret);
    requireHeaderName('Auth.apiKey', props.header ?? 'x-api-key');
    return new Auth(undefined, given(props));
  }

  private constructor(
    /** The tokens that are accepted; undefined if no token is needed. */
    readonly token?: JwtProps,
    /** The API keys that are accepted; undefined if no key is needed. */
    readonly key?: ApiKeyProps,
  ) {}
}

/** Refuses what no gateway could fetch keys from, so that every token would be refused. */
function requireKeyAddress(uri: string | undefined): void {
  if (uri !== undefined && (!/^https?:\/\/[^/\s]\S*$/.test(uri) || !URL.canParse(uri))) {
    throw new Mistake({
      code: 'InvalidKeyAddress',
      where: 'Auth.jwt',
      problem: `${JSON.stringify(uri)} is no URL with http or https, so no keys can be fetched from it.`,
      remedy: 'Give `jwksUri` in full, e.g. "https://login.shop.example/keys".',
    });
  }
}

/** @see https://datatracker.ietf.org/doc/html/rfc6749#section-3.3 */
const SCOPE = /^[!#-[\]-~]+$/;

function refuseUnusableScopes(scopes: string[] | undefined): void {
  const wrong = scopes?.find(scope => !SCOPE.test(scope));
  if (wrong !== undefined || scopes?.length === 0) {
    throw new Mistake({
      code: 'InvalidScope',
      where: 'Auth.jwt',
      problem: wrong === undefined ? 'No scope at all is allowed, so no token could ever pass.'
        : `${JSON.stringify(wrong)} is no scope: blanks divide the scopes of a token, and quotes, backslashes and`
          + ' characters beyond ASCII are in none.',
      remedy: 'Name the scopes one by one, or leave `scopes` out to accept any.',
    });
  }
  requireNoPatterns('scope', scopes ?? []);
}

/** Refuses what Istio's gateway would take for a pattern: `orders:*` would accept `orders:read`. */
function requireNoPatterns(what: string, texts: readonly string[]): void {
  const wrong = texts.find(text => text === '' || /[*\s\p{Cc}]/u.test(text));
  if (wrong !== undefined) {
    throw new Mistake({
      code: 'NotLiteral',
      where: 'Auth.jwt',
      problem: `The ${what} ${JSON.stringify(wrong)} ${wrong.includes('*')
        ? 'contains "*", which Istio\'s gateway takes for a pattern and AWS for a character.'
        : 'is empty or contains blanks or control characters.'}`,
      remedy: `Write the ${what} as tokens state it, and one by one.`,
    });
  }
}
