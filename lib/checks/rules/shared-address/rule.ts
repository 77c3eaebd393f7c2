import { Severity } from '../../finding';
import type { Check } from '../../manifests/check';
import { shared } from '../../manifests/gateways/k8s-gateways';

export const rule: Check = {
  id: 'SharedAddress',
  severity: Severity.WARNING,
  covers: ['KIA1502'],
  summary: 'Two Gateways request the same address',
  explanation: 'One of them gets the address, and the other is not programmed.',
  *find(cluster) {
    yield* shared(
      cluster,
      gateway =>
        gateway.spec
          .get('addresses')
          .items.map(at => ({ at, key: `${at.get('type').text || 'IPAddress'} ${at.get('value').text}` })),
      'also requests this address',
    );
  },
};
