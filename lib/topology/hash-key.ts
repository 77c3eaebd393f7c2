import type { Duration } from 'cdk8s';
import { requireHeaderName, requireOrdinaryName } from './names';
import { duration } from './rules';
import { ValidationError } from './validation-error';

/** Properties of {@link HashKey.cookie}. */
export interface CookieProps {
  /**
   * The lifetime of the cookie that is set on responses to requests without it; 0 for the session of the client.
   * @default - no cookie is set: requests without it are distributed at random
   */
  readonly ttl?: Duration;
  /**
   * The path of the cookie that is set.
   * @default - none
   */
  readonly path?: string;
}

/**
 * The part of a request by whose hash an endpoint is selected.
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings-ConsistentHashLB
 */
export class HashKey {
  /** The value of a header. Requests without it are distributed at random. */
  static header(name: string): HashKey {
    requireHeaderName('HashKey.header', name);
    return new HashKey('header', name);
  }

  /** A cookie, which the proxy can set itself. */
  static cookie(name: string, props: CookieProps = {}): HashKey {
    requireToken('HashKey.cookie', 'cookie', name);
    duration('The lifetime of the cookie', 0)('HashKey.cookie', props.ttl);
    if (props.path !== undefined && !/^\/[!-:<-~]*$/.test(props.path)) {
      throw new ValidationError({
        code: 'InvalidPath',
        path: 'HashKey.cookie',
        summary: `${JSON.stringify(props.path)} is not the path of a cookie.`,
        fix: 'Give a path that starts with "/", without blanks and ";".',
      });
    }
    return new HashKey('cookie', name, props.ttl, props.path);
  }

  /** A query parameter. Requests without it are distributed at random. */
  static queryParameter(name: string): HashKey {
    requireToken('HashKey.queryParameter', 'query parameter', name);
    return new HashKey('query parameter', name);
  }

  /** The source IP address: between services, all requests of one pod are sent to the same endpoint. */
  static sourceIp(): HashKey {
    return new HashKey('source IP address', '');
  }

  private constructor(
    /** `header`, `cookie`, `query parameter` or `source IP address`. */
    readonly kind: string,
    /** The name of the header, cookie or query parameter. */
    readonly name: string,
    /** The lifetime of a cookie that the proxy sets; undefined if it sets none. */
    readonly ttl?: Duration,
    /** The path of a cookie that the proxy sets. */
    readonly path?: string,
  ) {}

  /** Whether connections of TCP have no such key. */
  get needsRequests(): boolean {
    return this.name !== '';
  }
}

function requireToken(path: string, what: string, name: string): void {
  requireOrdinaryName(path, name);
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
    throw new ValidationError({
      code: 'InvalidName',
      path,
      summary: `${JSON.stringify(name)} is not the name of a ${what}.`,
      fix: 'Use letters, digits, "-", "_" and ".".',
    });
  }
}
