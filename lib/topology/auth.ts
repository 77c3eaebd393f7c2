import { requirePublicKeys } from './jwks';
import { given } from './given';
import { type Login, loginOf, type OidcProps } from './login';
import { ValidationError } from './validation-error';
import { requireDnsSubdomain, requireHeaderName } from './names';

/** Which tokens are accepted. */
export interface JwtProps {
  /**
   * The `iss` claim: a URL under which the issuer publishes its keys, or with `jwks` or `jwksUri` any text, such as the
   * email address of a service account.
   */
  readonly issuer: string;
  /**
   * The `aud` claims of which a token must have one, literally.
   * @default - none: an error unless `anyAudience` is set
   */
  readonly audiences?: string[];
  /**
   * Whether tokens of any audience are accepted, and those without one: also tokens that the issuer made for another
   * service. Managed APIs do not support it.
   * @default false
   */
  readonly anyAudience?: boolean;
  /**
   * Whether in a token without `aud` the claim `client_id` is compared with `audiences` instead. The access tokens of
   * Amazon Cognito are such tokens: their audiences are the ids of app clients. If a token has both, only `aud` is
   * compared.
   * @default false
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
   */
  readonly clientIdAsAudience?: boolean;
  /**
   * The scopes of which a token must have one, literally, in its claim `scope`, separated by spaces.
   * @default - any
   */
  readonly scopes?: string[];
  /**
   * The URL of the issuer's keys.
   * @default - OpenID Connect discovery at the issuer
   */
  readonly jwksUri?: string;
  /**
   * The issuer's keys, as a JSON Web Key Set, for a cluster that cannot connect to the issuer.
   * @default - fetched
   */
  readonly jwks?: string;
}

/** Which tokens are accepted, with their audiences; none for any. */
export interface AcceptedTokens extends JwtProps {
  /** The `aud` claims of which a token must have one; empty if `anyAudience` is set. */
  readonly audiences: string[];
}

/** The audiences of a token: any one of them suffices, so neither their order nor a repetition makes a difference. */
export function audiencesOf({ audiences }: AcceptedTokens): string[] {
  return [...new Set(audiences)].sort();
}

/** A text that is the same for tokens of the same issuer and audiences. */
export function issuerAndAudiences(token: AcceptedTokens): string {
  return JSON.stringify([token.issuer, audiencesOf(token)]);
}

/** Which API keys are accepted. */
export interface ApiKeyProps {
  /**
   * The Secret, in the edge's namespace, whose entries are the clients' names and their keys. A managed API has keys of
   * its own.
   */
  readonly secret: string;
  /**
   * The header that carries the key.
   * @default x-api-key
   */
  readonly header?: string;
}

/** The authentication that requests from outside the cluster need. */
export class Auth {
  /** No authentication: every request is allowed. */
  static none(): Auth {
    return new Auth();
  }

  /** A valid JSON Web Token in `Authorization: Bearer`. */
  static jwt(props: JwtProps): Auth {
    const { issuer, jwks, jwksUri, audiences = [] } = props;
    if (!/^https?:\/\/./.test(issuer) && jwks === undefined && jwksUri === undefined) {
      throw new ValidationError({
        code: 'InvalidIssuer',
        path: 'Auth.jwt',
        summary: `The issuer "${issuer}" is not a URL, so its keys cannot be found.`,
        fix:
          'Give the issuer as in the `iss` claim of its tokens, e.g. "https://login.shop.example", and `jwks` or '
          + '`jwksUri` if it is not a URL.',
      });
    }
    requireAudiences(props);
    requireNoPatterns('audience', audiences);
    requireNoPatterns('issuer', [props.issuer]);
    assertScopesUsable(props.scopes);
    requireKeyAddress(props.jwksUri);
    if (props.jwks !== undefined) {
      requirePublicKeys('Auth.jwt', props.jwks);
    }
    return new Auth({ ...given(props), audiences: [...audiences] });
  }

  /**
   * A key that was issued to the client. Keys do not expire and do not identify a user: prefer tokens where clients
   * support them.
   */
  static apiKey(props: ApiKeyProps): Auth {
    requireDnsSubdomain('Auth.apiKey', 'a Secret', props.secret);
    requireHeaderName('Auth.apiKey', props.header ?? 'x-api-key');
    return new Auth(undefined, given(props));
  }

  /**
   * A login in the browser at an OpenID provider, with a session in cookies: every user that the provider logs in for the
   * client is accepted. Requests without a session are redirected to the provider. In the cluster: `oidc` of a
   * SecurityPolicy of Envoy Gateway. The gateway responds to `callbackPath` and `logoutPath` itself.
   * @see https://gateway.envoyproxy.io/docs/tasks/security/oidc/
   */
  static oidc(props: OidcProps): Auth {
    return new Auth(undefined, undefined, loginOf(given(props)));
  }

  private constructor(
    /** The tokens that are accepted; undefined if no token is needed. */
    readonly token?: AcceptedTokens,
    /** The API keys that are accepted; undefined if no key is needed. */
    readonly key?: ApiKeyProps,
    /** The login of users; undefined if none is needed. */
    readonly login?: Login,
  ) {}
}

function requireAudiences({ audiences = [], anyAudience, clientIdAsAudience }: JwtProps): void {
  if (anyAudience && (audiences.length > 0 || clientIdAsAudience)) {
    throw new ValidationError({
      code: 'Contradiction',
      path: 'Auth.jwt',
      summary: 'Tokens of any audience are accepted, so that no audience is compared.',
      fix: 'Leave out `anyAudience`, or `audiences` and `clientIdAsAudience`.',
    });
  }
  if (!anyAudience && audiences.length === 0) {
    throw new ValidationError({
      code: 'NoAudience',
      path: 'Auth.jwt',
      summary: 'Without an audience, a token that was issued for another service would be accepted.',
      fix: 'Give the audiences of this edge, or accept these tokens with `anyAudience: true`.',
    });
  }
}

/** Refuses what no gateway could fetch keys from, so that every token would be refused. */
function requireKeyAddress(uri: string | undefined): void {
  if (uri !== undefined && (!/^https?:\/\/[^/\s]\S*$/.test(uri) || !URL.canParse(uri))) {
    throw new ValidationError({
      code: 'InvalidKeyAddress',
      path: 'Auth.jwt',
      summary: `${JSON.stringify(uri)} is no URL with http or https, so no keys can be fetched from it.`,
      fix: 'Give `jwksUri` in full, e.g. "https://login.shop.example/keys".',
    });
  }
}

/** @see https://datatracker.ietf.org/doc/html/rfc6749#section-3.3 */
const SCOPE = /^[!#-[\]-~]+$/;

function assertScopesUsable(scopes: string[] | undefined): void {
  const wrong = scopes?.find(scope => !SCOPE.test(scope));
  if (wrong !== undefined || scopes?.length === 0) {
    throw new ValidationError({
      code: 'InvalidScope',
      path: 'Auth.jwt',
      summary:
        wrong === undefined
          ? 'The list of scopes is empty, so no token could be accepted.'
          : `${JSON.stringify(wrong)} is not a scope: spaces separate the scopes of a token, and quotes, `
            + 'backslashes and'
            + ' characters beyond ASCII are not allowed.',
      fix: 'List the scopes one by one, or leave `scopes` out to accept any.',
    });
  }
  requireNoPatterns('scope', scopes ?? []);
}

/** Rejects what Istio's gateway would match as a pattern: `orders:*` would accept `orders:read`. */
function requireNoPatterns(what: string, texts: readonly string[]): void {
  const wrong = texts.find(text => text === '' || /[*\s\p{Cc}]/u.test(text));
  if (wrong !== undefined) {
    throw new ValidationError({
      code: 'NotLiteral',
      path: 'Auth.jwt',
      summary: `The ${what} ${JSON.stringify(wrong)} ${
        wrong.includes('*')
          ? 'contains "*", which is a pattern for Istio\'s gateway and a literal character for AWS.'
          : 'is empty or contains whitespace or control characters.'
      }`,
      fix: `Write each ${what} exactly as in the claims of tokens.`,
    });
  }
}
