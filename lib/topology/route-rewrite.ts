import { requireHostName } from './names';
import type { PathPattern } from './path-pattern';
import { requirePath } from './rewrite';
import { ValidationError } from './validation-error';

/**
 * What the gateway changes in the requests of a route before it forwards them. In the cluster: a URLRewrite filter of
 * an HTTPRoute.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httpurlrewritefilter
 */
export interface RouteRewrite {
  /**
   * The whole path, in place of that of the request. The query is kept.
   * @default - the path stays as it is
   */
  readonly path?: string;
  /**
   * The path in place of the prefix of the route, e.g. `/v2` for `GET /v1/*`; `/` to remove it.
   * @default - the path stays as it is
   */
  readonly pathPrefix?: string;
  /**
   * The host that the service receives.
   * @default - the host that the client has sent
   */
  readonly host?: string;
}

/** Rejects a rewrite that a route cannot have. */
export function validateRouteRewrite(where: string, own: PathPattern, rewrite: RouteRewrite | undefined): void {
  if (rewrite) {
    Object.values(RULES).forEach(validate => {
      validate(where, rewrite, own);
    });
    if (Object.values(rewrite).every(each => each === undefined)) {
      throw new ValidationError({
        code: 'NoEffect',
        path: where,
        summary: 'The rewrite changes neither path nor host.',
        fix: 'Give `path`, `pathPrefix` or `host`, or leave it out.',
      });
    }
  }
}

/** The rule for each property. A property without an entry does not compile. */
const RULES = {
  path: (where, { path, pathPrefix }) => {
    requireRewrittenPath(where, path, pathPrefix);
  },
  pathPrefix: (where, { pathPrefix }, own) => {
    requireReplaceablePrefix(where, own, pathPrefix);
  },
  host: (where, { host }) => {
    if (host !== undefined) {
      requireHostName(where, host);
    }
  },
} satisfies { readonly [K in keyof RouteRewrite]-?: (where: string, rewrite: RouteRewrite, own: PathPattern) => void };

/** Rejects a path that is none, or that has a prefix beside it. */
export function requireRewrittenPath(where: string, path: string | undefined, pathPrefix: string | undefined): void {
  if (path === undefined) {
    return;
  }
  requirePath(where, path);
  if (pathPrefix !== undefined) {
    throw new ValidationError({
      code: 'Contradiction',
      path: where,
      summary: 'Both the whole path and its prefix are replaced.',
      fix: 'Give `path` or `pathPrefix`.',
    });
  }
}

/**
 * Rejects a replacement of a prefix that the own path does not have. Gateways replace the slash of `/*` itself, so that
 * `/x` would become `/newx`.
 */
export function requireReplaceablePrefix(where: string, own: PathPattern, pathPrefix: string | undefined): void {
  if (pathPrefix === undefined) {
    return;
  }
  requirePath(where, pathPrefix);
  if (!own.stem || own.parameters.length > 0) {
    throw new ValidationError({
      code: 'NoEffect',
      path: where,
      summary: `"${own.text}" has no prefix that \`pathPrefix\` could replace.`,
      fix: 'Declare a prefix without parameters, e.g. "GET /old/*", or replace the whole `path`.',
    });
  }
  if (own.stem.text === pathPrefix) {
    throw new ValidationError({
      code: 'NoEffect',
      path: where,
      summary: `The path prefix ${pathPrefix} is replaced by itself.`,
      fix: 'Leave it out.',
    });
  }
}
