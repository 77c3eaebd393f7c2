import { conflictingListeners } from '../../../dataplane';
import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { keyOf } from '../../manifests/gateways/k8s-gateways';

export const rule: Check = {
  id: 'RepeatedListener',
  severity: Severity.ERROR,
  covers: ['KIA1503'],
  summary: 'Two listeners of a Gateway have the same port, protocol and hostname',
  explanation:
    'The Gateway API requires them to be distinct; both are rejected. Of listeners of ListenerSets on one port, Istio '
    + 'ignores those with the hostname of an earlier one: those of the Gateway are the first, then those of the oldest '
    + 'ListenerSet. Of protocols without hostnames, such as TCP, a port has one listener.',
  *find(cluster) {
    for (const gateway of cluster.all(Kind.GATEWAY)) {
      const seen = new Set<string>();
      for (const listener of gateway.spec.get('listeners').items) {
        const key = keyOf(listener);
        if (seen.has(key)) {
          yield problem(
            listener,
            'Another listener of this Gateway has the same port, protocol and hostname, and both are rejected.',
            'Use a different hostname or port.',
          );
        }
        seen.add(key);
      }
    }
    for (const { listener, gateway } of conflictingListeners(cluster)) {
      yield problem(
        listener,
        `The Gateway ${gateway.key} has an earlier listener with this port and hostname, and Istio ignores this one.`,
        'Use a different hostname or port.',
        [],
      );
    }
  },
};
