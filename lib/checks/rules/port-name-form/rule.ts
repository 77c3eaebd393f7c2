import { Kind, saysProtocol, hasIstio } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { isOfIstio } from '../../manifests/services/port-name-form';

export const rule: Check = {
  id: 'PortNameForm',
  severity: Severity.INFO,
  covers: ['IST0118', 'KIA0601', 'KIA0602'],
  summary: 'A port of a Service does not declare its protocol',
  explanation:
    'Istio then detects the protocol from the first bytes of each connection, which delays server-first '
    + 'protocols, and HTTP rules apply only if it detects HTTP. The name must begin with '
    + 'the protocol (`http`, `grpc-orders`), or `appProtocol` must be set; the values that Kubernetes '
    + 'defines (`kubernetes.io/h2c`) are accepted too.',
  *find(cluster) {
    if (!hasIstio(cluster)) {
      return;
    }
    for (const service of cluster
      .all(Kind.SERVICE)
      .filter(each => !isOfIstio(each) && each.spec.get('type').text !== 'ExternalName')) {
      for (const port of service.spec.get('ports').items.filter(each => !saysProtocol(each))) {
        const byProtocol = port.get('appProtocol').exists;
        const name = port.get(byProtocol ? 'appProtocol' : 'name');
        yield problem(
          name,
          `Port ${port.get('port').text} ("${name.text}") does not declare its protocol, so Istio detects it `
            + 'from the traffic.',
          'Set `appProtocol`, or begin the name with the protocol: http, http2, grpc, tls, tcp, mongo, mysql, redis.',
          ['IST0118', byProtocol ? 'KIA0602' : 'KIA0601'],
        );
      }
    }
  },
};
