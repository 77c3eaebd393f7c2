import { ANY_HOST } from './edge-hosts';
import { FrontKind } from './front';
import { requireDnsSubdomain, requireHostName } from './names';
import { PathPattern } from './path-pattern';
import { ValidationError } from './validation-error';

/** The names of the cookies of a login. */
export interface LoginCookieNames {
  /** @default - `AccessToken-` and a generated suffix */
  readonly accessToken?: string;
  /** @default - `IdToken-` and a generated suffix */
  readonly idToken?: string;
}

/** The endpoints of an OpenID provider, as https URLs. */
export interface OidcEndpoints {
  /** Where users log in: `authorization_endpoint` of its configuration. */
  readonly authorization: string;
  /** From which the proxies of the gateway fetch tokens: `token_endpoint`. */
  readonly token: string;
  /**
   * Where sessions end, `end_session_endpoint`.
   * @default - a session ends at the gateway only
   */
  readonly endSession?: string;
}

/** The login of users in a browser by OpenID Connect. */
export interface OidcProps {
  /** The issuer, an https URL under which it publishes its endpoints. */
  readonly issuer: string;
  /**
   * The endpoints of the issuer, for a controller that cannot connect to it.
   * @default - OpenID Connect discovery at the issuer
   */
  readonly endpoints?: OidcEndpoints;
  /** The id of the client that is registered at the issuer. */
  readonly clientId: string;
  /** The Secret, in the edge's namespace, whose entry `client-secret` has the secret of the client. */
  readonly clientSecret: string;
  /**
   * The scopes that are requested, besides `openid`.
   * @default - `openid` alone
   */
  readonly scopes?: string[];
  /**
   * The path to which the issuer sends users back. The gateway responds to it. `https://HOST` and this path is the
   * redirect URI to register at the issuer, for each host of the edge.
   * @default /oauth2/callback
   */
  readonly callbackPath?: string;
  /**
   * The path that ends the session of a user. The gateway responds to it.
   * @default /logout
   */
  readonly logoutPath?: string;
  /** @default - generated names */
  readonly cookieNames?: LoginCookieNames;
  /**
   * The domain of the cookies, for which a login is valid: the host of the edge, or a domain above it. All hosts of that
   * domain receive the cookies.
   * @default - the host of the request alone
   */
  readonly cookieDomain?: string;
  /**
   * Whether services receive the access token, in `Authorization: Bearer`.
   * @default false
   */
  readonly forwardAccessToken?: boolean;
}

/** A login with its paths. */
export interface Login extends OidcProps {
  /** The path to which the issuer sends users back. */
  readonly callbackPath: string;
  /** The path that ends a session. */
  readonly logoutPath: string;
}

const PATH = 'Auth.oidc';

/** A login with its defaults. Throws for one that no gateway could run. */
export function loginOf(props: OidcProps): Login {
  const { callbackPath = '/oauth2/callback', logoutPath = '/logout', cookieNames = {}, endpoints } = props;
  requireUrl('issuer', props.issuer);
  Object.values(endpoints ?? {}).forEach((url: string | undefined) => {
    requireUrl('endpoint', url ?? props.issuer);
  });
  requireText('The client id', /^[\x21-\x7e]+$/, props.clientId);
  requireDnsSubdomain(PATH, 'a Secret', props.clientSecret);
  // The grammar of RFC 6749 for scopes.
  props.scopes?.forEach(scope => {
    requireText('The scope', /^[!#-[\]-~]+$/, scope);
  });
  // The grammar of RFC 6265 for the names of cookies.
  [cookieNames.accessToken, cookieNames.idToken].forEach(name => {
    requireText('The name of a cookie', /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, name ?? 'default');
  });
  if (cookieNames.accessToken !== undefined && cookieNames.accessToken === cookieNames.idToken) {
    throw contradiction('Both cookies have the same name, so one would replace the other.', 'Use two names.');
  }
  if (props.cookieDomain !== undefined) {
    requireHostName(PATH, props.cookieDomain);
  }
  [callbackPath, logoutPath].forEach(requirePath);
  if (callbackPath === logoutPath) {
    throw contradiction('`callbackPath` and `logoutPath` are the same.', 'Use two paths.');
  }
  return { ...props, callbackPath, logoutPath };
}

function requireUrl(what: string, url: string): void {
  if (!URL.canParse(url) || !/^https:\/\/[^/?#@]+(\/[^?#]*)?$/.test(url)) {
    throw new ValidationError({
      code: 'InvalidIssuer',
      path: PATH,
      summary: `The ${what} "${url}" is not an https URL without query, fragment and user information.`,
      fix: 'Write it as in the OpenID configuration of the issuer, e.g. "https://login.shop.example".',
    });
  }
}

function requireText(what: string, pattern: RegExp, text: string): void {
  if (!pattern.test(text)) {
    throw new ValidationError({
      code: 'InvalidText',
      path: PATH,
      summary: `${what} ${JSON.stringify(text)} is empty, or has characters that are not allowed.`,
      fix: 'Use letters, digits, "-", "_" and ".".',
    });
  }
}

/** Also rejects what a gateway would change before it matches the path. */
function requirePath(text: string): void {
  if (!new PathPattern(PATH, text).isExact || text.includes('%') || text.includes('//') || text === '/') {
    throw new ValidationError({
      code: 'InvalidPath',
      path: PATH,
      summary: `"${text}" is not one path of its own.`,
      fix: 'Write a path without parameters, escapes and empty segments, e.g. "/oauth2/callback".',
    });
  }
}

function contradiction(summary: string, fix: string): ValidationError {
  return new ValidationError({ code: 'Contradiction', path: PATH, summary, fix });
}

/** The part of an edge that its logins depend on. */
interface OfEdge {
  readonly tlsSecret?: string;
  readonly hosts: readonly string[];
  readonly front?: { readonly name: string; readonly kind: FrontKind };
}

/** Rejects a login that the edge of a rule would break or expose. */
export function requireFitLogin(path: string, login: Login | undefined, { tlsSecret, hosts, front }: OfEdge): void {
  if (!login) {
    return;
  }
  if (tlsSecret === undefined) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: 'The edge uses plain HTTP, by which the session of a user could be read.',
      fix: 'Set `tlsSecret` to the Secret with the certificate.',
    });
  }
  if (front && front.kind !== FrontKind.OTHER) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `The edge is behind ${front.name}, which has no route for the callback of a login.`,
      fix: 'Declare the routes that need a login on an edge without this front, or require a token by `Auth.jwt(…)`.',
    });
  }
  if (hosts.includes(ANY_HOST)) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: 'The edge serves requests for all hosts, so users could be returned to a host that the request chooses.',
      fix: 'Declare the host names of the edge.',
    });
  }
  const { cookieDomain } = login;
  const other = hosts.find(
    host => cookieDomain !== undefined && host !== cookieDomain && !host.endsWith(`.${cookieDomain}`),
  );
  if (other !== undefined) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `The host ${other} is not in \`cookieDomain\`, so browsers would reject the cookies of its logins.`,
      fix: 'Use a domain that all hosts of the edge are in, or leave it out.',
    });
  }
}
