import { Kind, type Resource, saysProtocol } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

export const portNameForm: Check = {
  id: 'PortNameForm',
  severity: Severity.INFO,
  covers: ['IST0118', 'KIA0601', 'KIA0602'],
  summary: 'A port of a Service does not say what it carries',
  explanation: 'Istio then looks at the first bytes of each connection, which delays those where the server speaks first, and rules for requests apply or not by what it sees. The name begins with '
    + 'the protocol (`http`, `grpc-orders`), or `appProtocol` is it; the values that Kubernetes defines (`kubernetes.io/h2c`) count too.',
  *find(cluster) {
    for (const service of cluster.all(Kind.SERVICE).filter(each => !isOfIstio(each) && each.spec.get('type').text !== 'ExternalName')) {
      for (const port of service.spec.get('ports').items.filter(each => !saysProtocol(each))) {
        const byProtocol = port.get('appProtocol').exists;
        const name = port.get(byProtocol ? 'appProtocol' : 'name');
        yield problem(name, `Port ${port.get('port').text} ("${name.text}") does not say its protocol, so Istio guesses it from the traffic.`,
          'Set `appProtocol`, or let the name begin with the protocol: http, http2, grpc, tls, tcp, mongo, mysql, redis.', ['IST0118', byProtocol ? 'KIA0602' : 'KIA0601']);
      }
    }
  },
};

/** Services of the control plane and those that Istio makes for Gateways. */
export function isOfIstio({ labels }: Resource): boolean {
  return 'istio' in labels || labels.release === 'istio' || (labels['gateway.istio.io/managed'] ?? '').startsWith('istio.io-');
}
