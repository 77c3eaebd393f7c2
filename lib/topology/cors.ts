import { requireDuration } from './numbers';
import type { Duration } from 'cdk8s';
import { Mistake } from './mistake';
import { requireHeaderName } from './names';

/** Which web pages of other origins may call. @see https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS */
export interface Cors {
  /** The origins, e.g. `https://www.shop.example`; `*` is any. */
  readonly origins: string[];
  /**
   * The request headers that they may send; `*` is any.
   * @default - those that browsers send unasked, and `authorization` and `content-type`
   */
  readonly headers?: string[];
  /**
   * The response headers that their scripts may read; `*` is any.
   * @default - those that browsers show unasked
   */
  readonly exposedHeaders?: string[];
  /**
   * Whether cookies and client certificates are sent along.
   * @default false
   */
  readonly credentials?: boolean;
  /**
   * How long a browser may remember the answer.
   * @default - the browser's own time, 5 seconds
   */
  readonly maxAge?: Duration;
}

/** The request headers that are allowed where a {@link Cors} names none. */
export const CORS_HEADERS: readonly string[] = ['authorization', 'content-type'];

const ORIGIN = /^(\*|https?:\/\/[a-z0-9.-]+(:\d+)?)$/;

/** Refuses what browsers or gateways would not take. */
export function requireTenableCors(where: string, { origins, headers, exposedHeaders, credentials, maxAge }: Cors): void {
  requireDuration(where, 'The time that a browser may remember the answer', maxAge);
  const wrong = origins.find(origin => !ORIGIN.test(origin));
  if (origins.length === 0 || wrong !== undefined) {
    throw new Mistake({
      code: 'InvalidOrigin',
      where,
      problem: wrong === undefined ? 'CORS names no origin, so it would allow nothing.' : `"${wrong}" is no origin.`,
      remedy: 'Give scheme and host as browsers send them, without a path, e.g. "https://www.shop.example", or "*".',
    });
  }
  if (credentials && origins.includes('*')) {
    throw new Mistake({
      code: 'Contradiction',
      where,
      problem: 'CORS allows credentials to any origin, which browsers refuse.',
      remedy: 'Name the origins, or leave `credentials` out.',
    });
  }
  [...headers ?? [], ...exposedHeaders ?? []].filter(name => name !== '*').forEach(name => requireHeaderName(where, name));
}
