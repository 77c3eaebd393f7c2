import { requireHostName } from './names';
import { nested, type PropertyTable } from './property-table';
import { ValidationError } from './validation-error';

/** The replacement of a path prefix, in whole segments. */
export interface PathPrefixRewrite {
  /** The prefix that is replaced; other paths stay as they are. `/` is the prefix of all paths. */
  readonly from: string;
  /** The prefix in its place; `/` to remove it. */
  readonly to: string;
}

/**
 * What the proxy of the caller changes in requests before it forwards them.
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRewrite
 */
export interface Rewrite {
  /**
   * The path prefix that is replaced. Policies of the callee see the new path.
   * @default - the path stays as it is
   */
  readonly pathPrefix?: PathPrefixRewrite;
  /**
   * The host that the callee receives.
   * @default - the host that the caller has sent
   */
  readonly host?: string;
}

const PREFIX = { validate: requirePath, keyOf: (prefix: string) => prefix };

const PATH_PREFIX: PropertyTable<PathPrefixRewrite> = { from: PREFIX, to: PREFIX };

/** The rules of rewrites. */
export const REWRITE: PropertyTable<Rewrite> = {
  pathPrefix: {
    validate: (path, prefix) => {
      nested(PATH_PREFIX).validate(path, prefix);
      if (prefix && prefix.from === prefix.to) {
        throw new ValidationError({
          code: 'NoEffect',
          path,
          summary: `The path prefix ${prefix.from} is replaced by itself.`,
          fix: 'Leave it out.',
        });
      }
    },
    keyOf: nested(PATH_PREFIX).keyOf,
  },
  host: {
    validate: (path, host) => {
      if (host !== undefined) {
        requireHostName(path, host);
      }
    },
    keyOf: host => host,
  },
};

/** Rejects what is not the prefix of a path, in whole segments. */
export function requirePath(path: string, prefix: string): void {
  if (!/^(\/[\w.~!$&'()*+,;=:@-]+)+$|^\/$/.test(prefix) || /\/\.{1,2}(\/|$)/.test(prefix)) {
    throw new ValidationError({
      code: 'InvalidPath',
      path,
      summary: `"${prefix}" is not a path prefix.`,
      fix: 'Write "/" or "/segment/segment", without a slash at the end.',
    });
  }
}
