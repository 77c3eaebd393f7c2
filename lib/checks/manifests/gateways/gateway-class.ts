import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

/** Those which Istio declares by itself. */
const OF_ISTIO = new Set(['istio', 'istio-remote', 'istio-waypoint', 'istio-east-west', 'istio-agentgateway', 'istio-agentgateway-waypoint']);

export const unknownGatewayClass: Check = {
  id: 'UnknownGatewayClass',
  severity: Severity.WARNING,
  covers: ['KIA1504'],
  summary: 'A Gateway is of a class that nobody declares',
  explanation: 'No controller takes it, so nobody opens its ports. The classes of Istio are there with Istio; those of other controllers are GatewayClasses, which some of them declare themselves when they are installed: suppress it there.',
  *find(cluster) {
    for (const name of cluster.all(Kind.GATEWAY).map(each => each.spec.get('gatewayClassName'))) {
      if (!OF_ISTIO.has(name.text) && !cluster.find(Kind.GATEWAY_CLASS, name.text)) {
        yield problem(name, `There is no GatewayClass "${name.text}", so nobody opens the ports of the Gateway.`, 'Correct the name, or declare the GatewayClass with its controller.');
      }
    }
  },
};
