import { requireInteger } from './numbers';

/** How many requests are let through, all clients together; what comes on top is answered with 429. */
export class Throttle {
  /**
   * A limit in requests per second. Throws unless both numbers are positive and whole.
   * @param rate requests a second in the long run
   * @param burst requests that may come at once; twice the rate if left out
   */
  static perSecond(rate: number, burst?: number): Throttle {
    requireInteger('Throttle', 'The rate', rate, 1, 2 ** 31 - 1);
    requireInteger('Throttle', 'The burst', burst ?? 2 * rate, 1, 2 ** 31 - 1);
    return new Throttle(rate, burst ?? 2 * rate);
  }

  private constructor(
    /** Requests per second in the long run. */
    readonly rate: number,
    /** Requests that may arrive at once. */
    readonly burst: number,
  ) {}
}
