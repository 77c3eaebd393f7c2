import type { Duration } from 'cdk8s';
import { ValidationError } from './validation-error';
import { requireHeaderName } from './names';
import { requireSeconds } from './workload/seconds';

/**
 * The CORS policy: the origins whose web pages may send requests.
 * @see https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS
 */
export interface Cors {
  /** The origins, e.g. `https://www.shop.example`; `*` for any. */
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
   * Whether browsers send cookies and client certificates with requests.
   * @default false
   */
  readonly credentials?: boolean;
  /**
   * How long a browser may cache the response to a preflight request.
   * @default - the browser's default, 5 seconds
   */
  readonly maxAge?: Duration;
}

/** The request headers that are allowed if a {@link Cors} lists none. */
export const CORS_HEADERS: readonly string[] = ['authorization', 'content-type'];

const ORIGIN = /^(\*|https?:\/\/[a-z0-9.-]+(:\d+)?)$/;

/** Rejects what browsers or gateways would not accept. */
export function validateCors(path: string, { origins, headers, exposedHeaders, credentials, maxAge }: Cors): void {
  requireSeconds(path, 'The time that browsers cache preflight responses', maxAge, 0);
  const wrong = origins.find(origin => !ORIGIN.test(origin));
  if (origins.length === 0 || wrong !== undefined) {
    throw new ValidationError({
      code: 'InvalidOrigin',
      path,
      summary: wrong === undefined ? 'CORS lists no origin, so it would allow none.' : `"${wrong}" is not an origin.`,
      fix: 'Give scheme and host as browsers send them, without a path, e.g. "https://www.shop.example", or "*".',
    });
  }
  if (credentials && origins.includes('*')) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: 'CORS allows credentials to any origin, which browsers reject.',
      fix: 'List the origins, or leave `credentials` out.',
    });
  }
  [...(headers ?? []), ...(exposedHeaders ?? [])]
    .filter(name => name !== '*')
    .forEach(name => requireHeaderName(path, name));
}
