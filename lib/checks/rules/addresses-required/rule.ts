import { allocatesAddresses, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'AddressesRequired',
  severity: Severity.WARNING,
  covers: ['IST0134'],
  summary: 'A ServiceEntry has a TCP port and no addresses',
  explanation:
    'TCP has no host header, so only the address distinguishes hosts, and without one the port matches '
    + 'the traffic of every host. Does not apply where proxies allocate addresses for hosts '
    + '(`ISTIO_META_DNS_CAPTURE` with `ISTIO_META_DNS_AUTO_ALLOCATE` or `PILOT_ENABLE_IP_AUTOALLOCATE`).',
  *find(cluster) {
    if (allocatesAddresses(cluster)) {
      return;
    }
    for (const entry of cluster.all(Kind.SERVICE_ENTRY)) {
      if (!entry.spec.get('addresses').exists && entry.root.get('status', 'addresses').items.length === 0) {
        for (const port of entry.spec
          .get('ports')
          .items.filter(each => ['', 'TCP'].includes(each.get('protocol').text.toUpperCase()))) {
          yield problem(
            port,
            `Port ${port.get('number').text} carries TCP, and without addresses it matches traffic for any `
              + 'host on this port.',
            'Set `addresses`, or a protocol with a host (HTTP, TLS).',
          );
        }
      }
    }
  },
};
