import { requireInteger } from './numbers';

/** The rate of requests that is allowed, all clients together; further requests get 429. */
export class RateLimit {
  /**
   * A limit in requests per second. Throws unless both numbers are positive and whole.
   * @param rate requests per second in the long run
   * @param burst requests that may arrive at once; twice the rate if left out
   */
  static perSecond(rate: number, burst?: number): RateLimit {
    requireInteger('RateLimit', 'The rate', rate, 1, 2 ** 31 - 1);
    requireInteger('RateLimit', 'The burst', burst ?? 2 * rate, 1, 2 ** 31 - 1);
    return new RateLimit(rate, burst ?? 2 * rate);
  }

  private constructor(
    /** Requests per second in the long run. */
    readonly rate: number,
    /** Requests that may arrive at once. */
    readonly burst: number,
  ) {}
}
