import { Severity } from '../../finding';
import type { Check } from '../../manifests/check';
import { keyOf, shared } from '../../manifests/gateways/k8s-gateways';

export const rule: Check = {
  id: 'SharedListener',
  severity: Severity.INFO,
  covers: ['KIA1501'],
  summary: 'Two Gateways listen for the same hostname and port',
  explanation:
    'Each has its own address, so DNS decides which one clients reach; that is intended while traffic is '
    + 'migrated from one to the other.',
  *find(cluster) {
    yield* shared(
      cluster,
      gateway =>
        gateway.spec
          .get('listeners')
          .items.filter(each => each.get('hostname').text !== '')
          .map(at => ({ at, key: keyOf(at) })),
      'also listens for this hostname on this port',
    );
  },
};
