import { Kind, saysProtocol, hasIstio } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { isOfIstio } from '../../manifests/services/port-name-form';

export const rule: Check = {
  id: 'ExternalNamePort',
  severity: Severity.WARNING,
  covers: ['IST0150'],
  summary: 'A Service of type ExternalName has a port named `tcp`, or without a protocol',
  explanation:
    'An ExternalName Service has no IP address, so its TCP listener binds the port on all addresses: it '
    + 'captures traffic of other services on this port and may break it.',
  *find(cluster) {
    if (!hasIstio(cluster)) {
      return;
    }
    for (const service of cluster
      .all(Kind.SERVICE)
      .filter(each => each.spec.get('type').text === 'ExternalName' && !isOfIstio(each))) {
      for (const port of service.spec
        .get('ports')
        .items.filter(each => each.get('name').text === 'tcp' || !saysProtocol(each))) {
        yield problem(
          port.get('name'),
          `Port ${port.get('port').text} of the ExternalName Service captures all TCP traffic on this port.`,
          'Name the port by its protocol: http, https, tls.',
        );
      }
    }
  },
};
