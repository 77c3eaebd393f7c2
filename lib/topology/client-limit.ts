import { Mistake } from './mistake';
import { requireHeaderName, requireOrdinaryName } from './names';
import { requireInteger } from './numbers';

/** By what one client is told from another. */
export class ClientKey {
  /** A claim of the token that was verified, e.g. `sub`, `client_id`. */
  static claim(name: string): ClientKey {
    requireOrdinaryName('ClientKey.claim', name);
    if (!/^[\w:/.-]+$/.test(name)) {
      throw new Mistake({
        code: 'InvalidClaim',
        where: 'ClientKey.claim',
        problem: `${JSON.stringify(name)} is no name of a claim that gateways find.`,
        remedy: 'Use letters, digits and "_:/.-", e.g. "sub" or "client_id".',
      });
    }
    return new ClientKey('claim', name);
  }

  /** A request header. Clients choose what they send: for headers that something in front has set. */
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

/** What becomes of requests that cannot be counted, because the counter does not answer. */
export enum WhenUnavailable {
  /** They pass, uncounted. */
  ALLOW = 'allow',
  /** They are refused with 500. */
  REFUSE = 'refuse',
}

/** Properties of a {@link ClientLimit}. */
export interface ClientLimitProps {
  /** By what clients are told apart. Requests that lack it are not counted. */
  readonly client: ClientKey;
  /** The requests that each client has. */
  readonly requests: number;
  /** The time for which it has them. */
  readonly per: Period;
  /** What happens while requests cannot be counted: it is yours to choose, since either answer hurts somebody. */
  readonly whenUnavailable: WhenUnavailable;
}

/** How many requests each client has, all gateway pods together; what comes on top is answered with 429. */
export class ClientLimit {
  /** A limit for each client. Throws unless `requests` is a positive whole number. */
  static of(props: ClientLimitProps): ClientLimit {
    requireInteger('ClientLimit', 'The number of requests', props.requests, 1, 2 ** 31 - 1);
    return new ClientLimit(props.client, props.requests, props.per, props.whenUnavailable);
  }

  private constructor(
    /** What identifies a client. */
    readonly client: ClientKey,
    /** The number of requests for each client in a period. */
    readonly requests: number,
    /** The period over which requests are counted. */
    readonly per: Period,
    /** What happens to requests while they cannot be counted. */
    readonly whenUnavailable: WhenUnavailable,
  ) {}
}

/** What a limit needs to be known of a route, to be refused where it can never count anything. */
interface Limited {
  readonly path: string;
  readonly limit: ClientLimit | undefined;
  readonly hasToken: boolean;
  readonly hasApiKey: boolean;
}

/** Refuses a limit that could never count, because requests lack what tells the clients apart. */
export function requireCountableClients({ path, limit, hasToken, hasApiKey }: Limited): void {
  const kind = limit?.client.kind;
  if ((kind === 'claim' && !hasToken) || (kind === 'API key' && !hasApiKey)) {
    throw new Mistake({
      code: 'UncountableClients',
      where: path,
      problem: `The limit tells clients apart by ${kind === 'claim' ? `the claim "${limit?.client.name}"` : 'their API key'}, and requests need to prove none.`,
      remedy: `Demand one: \`auth: Auth.${kind === 'claim' ? 'jwt' : 'apiKey'}(…)\`, or tell clients apart by something else.`,
    });
  }
}
