import { Kind, portNumber, portsOf } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { destinationsOf, targetOf } from '../../manifests/routing/destinations';

export const rule: Check = {
  id: 'PortRequired',
  severity: Severity.ERROR,
  covers: ['IST0112'],
  summary: 'A VirtualService sends traffic to a host with several ports and sets none',
  explanation:
    'Istio then uses the port on which the request arrived, which the destination need not have if the '
    + 'request came through a gateway or for another host.',
  *find(cluster) {
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const { at, host } of destinationsOf(virtualService)) {
        const target = targetOf(host, virtualService, cluster);
        if (target && portsOf(target).length > 1 && !at.get('port').exists) {
          yield problem(
            at.get('host'),
            `${target.name} has the ports ${portsOf(target).map(portNumber).join(', ')}, and the destination `
              + 'sets none of them.',
            'Add `port: { number: … }`.',
          );
        }
      }
    }
  },
};
