import { requireHeaderName } from './names';

/** What distinguishes the callers of a service in a global rate limit. */
export class CallerKey {
  /**
   * The identity that the caller proves by mutual TLS: all pods of a ServiceAccount are one caller, and so are all
   * connections without mutual TLS.
   */
  static identity(): CallerKey {
    return new CallerKey('identity');
  }

  /**
   * A request header. Requests without a value are those of one caller. Callers can send any value: use a header that
   * they cannot choose, such as one of `claimHeaders` of `requireAuth`, unless they are trusted.
   */
  static header(name: string): CallerKey {
    requireHeaderName('CallerKey.header', name);
    return new CallerKey(`header ${name}`, name);
  }

  private constructor(
    /** `identity`, or `header` and its name. */
    readonly name: string,
    /** The name of the header; undefined for the identity. */
    readonly headerName?: string,
  ) {}
}
