import { requireHeaderName, requireOrdinaryName } from './names';
import { requireInteger } from './numbers';
import { ValidationError } from './validation-error';

/** What identifies a client. */
export class ClientKey {
  /** A claim of the token that was verified, e.g. `sub`, `client_id`. */
  static claim(name: string): ClientKey {
    requireOrdinaryName('ClientKey.claim', name);
    if (!/^[\w:/.-]+$/.test(name)) {
      throw new ValidationError({
        code: 'InvalidClaim',
        path: 'ClientKey.claim',
        summary: `${JSON.stringify(name)} is not a claim name that gateways support.`,
        fix: 'Use letters, digits and "_:/.-", e.g. "sub" or "client_id".',
      });
    }
    return new ClientKey('claim', name);
  }

  /** A request header. Clients can send any value: use a header that a proxy in front of the gateway sets. */
  static header(name: string): ClientKey {
    requireHeaderName('ClientKey.header', name);
    return new ClientKey('header', name);
  }

  /** The API key, see `Auth.apiKey`. */
  static apiKey(): ClientKey {
    return new ClientKey('API key', '');
  }

  private constructor(
    /** `claim`, `header` or `API key`. */
    readonly kind: string,
    /** The name of the claim or header. */
    readonly name: string,
  ) {}
}

/** The time over which the requests of a client are counted. */
export enum Period {
  /** Requests per second. */
  SECOND = 'second',
  /** Requests per minute. */
  MINUTE = 'minute',
  /** Requests per hour. */
  HOUR = 'hour',
  /** Requests per day. */
  DAY = 'day',
}

/** What happens to requests that cannot be counted because the rate limit service does not respond. */
export enum FailureMode {
  /** They are allowed, uncounted. */
  FAIL_OPEN = 'fail-open',
  /** They are denied with 500. */
  FAIL_CLOSED = 'fail-closed',
}

/** Properties of a {@link PerClientRateLimit}. */
export interface PerClientRateLimitProps {
  /** What identifies a client. Requests without it are not counted. */
  readonly client: ClientKey;
  /** The number of requests that each client may send in a period. */
  readonly requests: number;
  /** The period over which requests are counted. */
  readonly per: Period;
  /**
   * What happens while requests cannot be counted. Required: one choice disables the limit, the other makes the edge
   * unavailable.
   */
  readonly failureMode: FailureMode;
}

/** The number of requests that each client may send, all gateway pods together; further requests get 429. */
export class PerClientRateLimit {
  /** A limit for each client. Throws unless `requests` is a positive whole number. */
  static of(props: PerClientRateLimitProps): PerClientRateLimit {
    requireInteger('PerClientRateLimit', 'The number of requests', props.requests, 1, 2 ** 31 - 1);
    return new PerClientRateLimit(props.client, props.requests, props.per, props.failureMode);
  }

  private constructor(
    /** What identifies a client. */
    readonly client: ClientKey,
    /** The number of requests for each client in a period. */
    readonly requests: number,
    /** The period over which requests are counted. */
    readonly per: Period,
    /** What happens to requests while they cannot be counted. */
    readonly failureMode: FailureMode,
  ) {}
}

/** What the validation of a limit needs of a route, to reject a limit that can never count a request. */
interface Limited {
  readonly path: string;
  readonly limit: PerClientRateLimit | undefined;
  readonly hasToken: boolean;
  readonly hasApiKey: boolean;
}

/** Rejects a limit that could never count a request, because requests lack what identifies the client. */
export function requireCountableClients({ path, limit, hasToken, hasApiKey }: Limited): void {
  const kind = limit?.client.kind;
  if ((kind === 'claim' && !hasToken) || (kind === 'API key' && !hasApiKey)) {
    throw new ValidationError({
      code: 'UncountableClients',
      path,
      summary:
        'The limit identifies clients by '
        + `${kind === 'claim' ? `the claim "${limit?.client.name}"` : 'their API key'}, and requests need `
        + 'none.',
      fix: `Set \`auth: Auth.${kind === 'claim' ? 'jwt' : 'apiKey'}(…)\`, or identify clients by another key.`,
    });
  }
}
