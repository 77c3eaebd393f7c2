import type { Auth } from './auth';
import type { Declaring } from './declaring';
import { EdgeRule, type IRuledEdge } from './edge-rule';
import type { ExternalAuthorizer } from './external-authorizer';
import { requireHostName } from './names';
import { requireInteger } from './numbers';
import type { RequestMatch } from './request-match';
import { requireReplaceablePrefix, requireRewrittenPath } from './route-rewrite';
import { anyValue } from './rules';
import { ValidationError } from './validation-error';

/** The URL that clients are redirected to: that of the request, but for what is given. The query is kept. */
export interface RedirectTarget {
  /**
   * The whole path, in place of that of the request.
   * @default - the path of the request
   */
  readonly path?: string;
  /**
   * The path in place of the prefix of the redirect, e.g. `/new` for `GET /old/*`; `/` to remove it.
   * @default - the path of the request
   */
  readonly pathPrefix?: string;
  /**
   * The host name.
   * @default - the host of the request
   */
  readonly host?: string;
  /**
   * The scheme: `http` or `https`.
   * @default - the scheme of the request
   */
  readonly scheme?: string;
  /**
   * The port.
   * @default - the default port of `scheme`, or without it the port of the request
   */
  readonly port?: number;
  /**
   * The HTTP status: 301, 302, 303, 307 or 308.
   * @default 302
   */
  readonly statusCode?: number;
}

/** Properties of a {@link Redirect}. */
export interface RedirectProps extends RedirectTarget {
  /**
   * The authentication that requests need before they are redirected.
   * @default - that of the edge
   */
  readonly auth?: Auth;
  /**
   * Conditions on headers and query parameters.
   * @default - none
   */
  readonly match?: RequestMatch;
  /**
   * The service that decides for each request whether it is redirected.
   * @default - that of the edge
   */
  readonly authorizer?: ExternalAuthorizer;
}

/**
 * An operation of an edge whose requests get another location as response. In the cluster: a rule of an HTTPRoute with
 * a RequestRedirect filter.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httprequestredirectfilter
 */
export class Redirect extends EdgeRule {
  /** The URL that clients are redirected to. */
  readonly to: RedirectTarget;

  constructor(declaring: Declaring, edge: IRuledEdge, operation: string, props: RedirectProps) {
    super(declaring, ['Redirect', 'edge.redirect(…)'], edge, operation, props);
    const { path, pathPrefix, host, scheme, port, statusCode } = props;
    this.to = { path, pathPrefix, host, scheme, port, statusCode };
    Object.values(RULES).forEach(validate => {
      validate(this.path, this);
    });
    rejectSameUrl(this.path, this.to);
  }
}

const STATUS_CODES = [301, 302, 303, 307, 308];

/** The rule for each property. A property without an entry does not compile. */
const RULES = {
  auth: anyValue,
  authorizer: anyValue,
  // The constructor of every rule validates it.
  match: anyValue,
  path: (where, { to: { path, pathPrefix } }) => {
    requireRewrittenPath(where, path, pathPrefix);
  },
  pathPrefix: (where, { operation, to: { pathPrefix } }) => {
    requireReplaceablePrefix(where, operation.path, pathPrefix);
  },
  host: (where, { to: { host } }) => {
    if (host !== undefined) {
      requireHostName(where, host);
    }
  },
  scheme: (where, { to: { scheme = 'https' } }) => {
    if (!['http', 'https'].includes(scheme)) {
      throw new ValidationError({
        code: 'InvalidText',
        path: where,
        summary: `"${scheme}" is not a scheme that clients are redirected to.`,
        fix: 'Use "http" or "https".',
      });
    }
  },
  port: (where, { to: { port = 1 } }) => {
    requireInteger(where, 'The port', port, 1, 65_535);
  },
  statusCode: (where, { to: { statusCode = 302 } }) => {
    if (!STATUS_CODES.includes(statusCode)) {
      throw new ValidationError({
        code: 'OutOfRange',
        path: where,
        summary: `${statusCode} is not the status of a redirect.`,
        fix: `Use ${STATUS_CODES.join(', ')}.`,
      });
    }
  },
} satisfies { readonly [K in keyof RedirectProps]-?: (where: string, redirect: Redirect) => void };

function rejectSameUrl(where: string, { path, pathPrefix, host, scheme, port }: RedirectTarget): void {
  if ([path, pathPrefix, host, scheme, port].every(each => each === undefined)) {
    throw new ValidationError({
      code: 'NoEffect',
      path: where,
      summary: 'The redirect has the URL of the request as location, so clients would repeat the request.',
      fix: 'Give `path`, `pathPrefix`, `host`, `scheme` or `port`.',
    });
  }
}
