import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { hasStandardPort, podsFor } from '../../manifests/gateways/standard-gateway';

export const rule: Check = {
  id: 'GatewayPort',
  severity: Severity.WARNING,
  covers: ['IST0162'],
  summary: 'A server of a Gateway listens on a port that no Service of its pods has',
  explanation:
    'Traffic to the port does not reach the gateway. Both the Service port and the container port are accepted.',
  *find(cluster) {
    for (const gateway of cluster.all(Kind.ISTIO_GATEWAY)) {
      const selector = gateway.spec.get('selector').strings;
      const pods = podsFor(selector, cluster);
      if (pods.length === 0) {
        continue;
      }
      const services = cluster.workloads.select(selector).flatMap(each => cluster.servicesOf(each));
      const ports = services
        .flatMap(service => service.spec.get('ports').items)
        .filter(port => ['', 'TCP'].includes(port.get('protocol').text))
        .flatMap(port => [port.get('port').number, port.get('targetPort').number]);
      for (const port of gateway.spec.get('servers').items.map(each => each.get('port', 'number'))) {
        if (port.number !== undefined && !ports.includes(port.number) && !hasStandardPort(pods, port.number)) {
          yield problem(
            port,
            `No Service in front of the gateway's pods has port ${port.number}, so traffic to it does not arrive.`,
            'Add the port to the Service of the gateway, or use one that it has.',
          );
        }
      }
    }
  },
};
