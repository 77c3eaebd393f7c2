import { RETRY_ON, type Retries, RetryOn, validateRetries } from './call-policy';
import type { Duration } from 'cdk8s';
import type { Operation } from './operation';
import { ValidationError } from './validation-error';

/** Methods of which a repeated request has the effect of one. @see https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2 */
const IDEMPOTENT = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'];

/** Failures after which the service has not processed the request. */
const UNPROCESSED = [RetryOn.CONNECT_FAILURE, RetryOn.REFUSED_STREAM];

interface Retried {
  readonly operation: Operation;
  readonly retries?: Retries;
  /** 0 for none. */
  readonly timeout: Duration;
}

/** Rejects retries of a route that could repeat what a request has done, or that have no time. */
export function validateRouteRetries(path: string, { operation, retries, timeout }: Retried): void {
  validateRetries(path, retries, timeout.toMilliseconds() > 0 ? timeout : undefined);
  const unsafe = (retries?.on ?? RETRY_ON).filter(each => !UNPROCESSED.includes(each));
  if (retries?.attempts && unsafe.length > 0 && !IDEMPOTENT.includes(operation.method ?? '')) {
    throw new ValidationError({
      code: 'UnsafeRouteRetries',
      path,
      summary:
        `The service may have processed a request to ${operation.method ?? 'ANY'} before it fails with `
        + `${unsafe.join(', ')}, and a retry would repeat its effect.`,
      fix:
        'Set `on: [RetryOn.CONNECT_FAILURE, RetryOn.REFUSED_STREAM]`, or declare retries on routes with a method '
        + `that may be repeated: ${IDEMPOTENT.join(', ')}.`,
    });
  }
}
