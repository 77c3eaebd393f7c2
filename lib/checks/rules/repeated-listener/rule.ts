import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { keyOf } from '../../manifests/gateways/k8s-gateways';

export const rule: Check = {
  id: 'RepeatedListener',
  severity: Severity.ERROR,
  covers: ['KIA1503'],
  summary: 'Two listeners of a Gateway have the same port, protocol and hostname',
  explanation: 'The Gateway API requires them to be distinct; both are rejected.',
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
  },
};
