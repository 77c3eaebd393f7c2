import { Kind, portNumber, portsOf } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { destinationsOf, targetOf } from './destinations';

export const portRequired: Check = {
  id: 'PortRequired',
  severity: Severity.ERROR,
  covers: ['IST0112'],
  summary: 'A VirtualService sends traffic to a host with several ports and does not say which',
  explanation: 'Istio then takes the port that the request came in on, which a gateway or another host need not share with the destination.',
  *find(cluster) {
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const { at, host } of destinationsOf(virtualService)) {
        const target = targetOf(host, virtualService, cluster);
        if (target && portsOf(target).length > 1 && !at.get('port').exists) {
          yield problem(at.get('host'), `${target.name} has the ports ${portsOf(target).map(portNumber).join(', ')}, and the destination names none of them.`, 'Add `port: { number: … }`.');
        }
      }
    }
  },
};
