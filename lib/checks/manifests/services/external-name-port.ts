import { Kind, saysProtocol } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { isOfIstio } from './port-name-form';

export const externalNamePort: Check = {
  id: 'ExternalNamePort',
  severity: Severity.WARNING,
  covers: ['IST0150'],
  summary: 'A Service of type ExternalName has a port that is named `tcp`, or does not say its protocol',
  explanation: 'Without an address of its own the Service is known by its port alone: a TCP listener for all addresses takes the traffic of others, and may keep them from being forwarded.',
  *find(cluster) {
    for (const service of cluster.all(Kind.SERVICE).filter(each => each.spec.get('type').text === 'ExternalName' && !isOfIstio(each))) {
      for (const port of service.spec.get('ports').items.filter(each => each.get('name').text === 'tcp' || !saysProtocol(each))) {
        yield problem(port.get('name'), `Port ${port.get('port').text} of the ExternalName Service takes all TCP traffic to this port.`, 'Name it after what it carries: http, https, tls.');
      }
    }
  },
};
