import type { Pod } from '../pod';
import { until } from '../wait';

/** Waits until no proxy has connections of an earlier configuration. */
export async function drained(pods: readonly Pod[]): Promise<void> {
  await until('the proxies have closed the connections of the configuration before', () =>
    pods.every(pod => !/total_(?:filter_chains|listeners)_draining: [1-9]/.test(pod.admin('stats?filter=draining'))),
  );
}
