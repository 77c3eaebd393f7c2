import type { Field } from '../../../manifests';
import type { Complain } from './rules';
import { checkDuration } from './shared';
import { STATUSES } from './statuses';

const RETRY_ON = new Set([
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'retriable-4xx',
  'refused-stream',
  'retriable-status-codes',
  'retriable-headers',
  'envoy-ratelimited',
  'http3-post-connect-failure',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
]);

/** How often and on which failures a request is retried. */
export function checkRetries(retries: Field, complain: Complain): void {
  const attempts = retries.get('attempts').number ?? 0;
  if (attempts < 0) {
    complain(retries.get('attempts'), 'The number of retries is negative.', 'Use 0 for no retries.');
  }
  if (
    retries.exists
    && attempts === 0
    && ['perTryTimeout', 'retryOn', 'retryRemoteLocalities'].some(
      name => retries.get(name).exists && retries.get(name).text !== '',
    )
  ) {
    complain(
      retries,
      'attempts is 0, so other retry settings are rejected.',
      'Set attempts, or remove the other settings.',
    );
  }
  checkDuration(retries.get('perTryTimeout'), complain);
  checkDuration(retries.get('backoff'), complain);
  const retryOn = retries.get('retryOn');
  for (const condition of retryOn.text === '' ? [] : retryOn.text.split(',')) {
    if (!RETRY_ON.has(condition) && !(/^\+?\d+$/.test(condition) && STATUSES.has(Number(condition)))) {
      complain(
        retryOn,
        `"${condition}" is not a retry condition.`,
        `Use ${[...RETRY_ON].slice(0, 6).join(', ')} or a status code, separated by commas without spaces.`,
      );
    }
  }
}
