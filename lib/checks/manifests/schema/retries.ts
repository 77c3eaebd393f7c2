import type { Field } from '../../../manifests';
import type { Complain } from './rules';
import { checkDuration } from './shared';
import { STATUSES } from './statuses';

const RETRY_ON = new Set(['5xx', 'gateway-error', 'reset', 'reset-before-request', 'connect-failure', 'retriable-4xx', 'refused-stream', 'retriable-status-codes', 'retriable-headers', 'envoy-ratelimited', 'http3-post-connect-failure',
  'cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable']);

/** How often and when a request is tried again. */
export function checkRetries(retries: Field, complain: Complain): void {
  const attempts = retries.get('attempts').number ?? 0;
  if (attempts < 0) {
    complain(retries.get('attempts'), 'The number of retries is below 0.', 'Use 0 to try once.');
  }
  if (retries.exists && attempts === 0 && ['perTryTimeout', 'retryOn', 'retryRemoteLocalities'].some(name => retries.get(name).exists && retries.get(name).text !== '')) {
    complain(retries, 'There are no retries, and what else is said of them is refused.', 'Set attempts, or remove the rest.');
  }
  checkDuration(retries.get('perTryTimeout'), complain);
  checkDuration(retries.get('backoff'), complain);
  const retryOn = retries.get('retryOn');
  for (const condition of retryOn.text === '' ? [] : retryOn.text.split(',')) {
    if (!RETRY_ON.has(condition) && !(/^\+?\d+$/.test(condition) && STATUSES.has(Number(condition)))) {
      complain(retryOn, `"${condition}" is nothing to retry on.`, `Use ${[...RETRY_ON].slice(0, 6).join(', ')} or a status, with commas and no spaces between.`);
    }
  }
}
