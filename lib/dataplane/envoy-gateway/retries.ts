import { type Cluster, Kind, millisOf } from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';
import type { Retries } from '../routes/rule';
import { titleOf } from '../unread/read';
import { type Attachment, policyFor } from './attachment';

/**
 * The retries of a BackendTrafficPolicy; undefined if no policy has any.
 * @see https://gateway.envoyproxy.io/docs/api/extension_types/#retry
 */
export function retriesOfPolicy(place: Attachment, cluster: Cluster): Retries | undefined {
  const policy = policyFor(Kind.BACKEND_TRAFFIC_POLICY, place, cluster);
  const retry = policy?.spec.get('retry');
  if (!policy || !retry?.exists) {
    return undefined;
  }
  if (place.rule?.get('retry').exists) {
    throw new Unsimulated(
      `Both ${titleOf(policy)} and ${place.rule.resource.key} have retries (${String(place.rule)}).`,
      'Declare them in one of the two.',
    );
  }
  const [triggers, codes] = ['triggers', 'httpStatusCodes'].map(name =>
    retry.get('retryOn', name).items.map(each => each.text),
  );
  const on = [...(triggers ?? []), ...(triggers?.includes('retriable-status-codes') ? (codes ?? []) : [])];
  return {
    attempts: retry.get('numRetries').number ?? 2,
    perTryTimeoutMs: millisOf(retry.get('perRetry', 'timeout').text),
    on: on.length > 0 ? on.join(',') : DEFAULT_CONDITIONS,
  };
}

const DEFAULT_CONDITIONS = 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes,503';
