import { Kind } from '../../../manifests';
import { Gateways } from '../../../dataplane';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'GatewayPort',
  severity: Severity.WARNING,
  covers: ['IST0162'],
  summary: 'A server of a Gateway listens on a port that no Service of its pods has',
  explanation:
    'Traffic to the port does not reach the gateway. Both the Service port and the container port are accepted. '
    + 'Gateways of profiles of Istio have the ports of the demo profile; those of its Helm chart are not checked.',
  *find(cluster) {
    for (const gateway of cluster.all(Kind.ISTIO_GATEWAY)) {
      const gateways = Gateways.of(cluster);
      const pods = gateways.selectedBy(gateway).filter(each => each.namespace !== undefined);
      // Beside Pods among the manifests, the selector may match those of a profile, whose Service is not among them.
      const others = gateways.select(gateway.spec.get('selector').strings);
      const ports = new Set(
        [...pods, ...others].flatMap(each => each.ports).flatMap(each => [each.port, each.targetPort]),
      );
      for (const port of pods.length > 0 ? gateway.spec.get('servers').items : []) {
        const { number } = port.get('port', 'number');
        if (number !== undefined && !ports.has(number)) {
          yield problem(
            port.get('port', 'number'),
            `No Service in front of the gateway's pods has port ${number}, so traffic to it does not arrive.`,
            'Add the port to the Service of the gateway, or use one that it has.',
          );
        }
      }
    }
  },
};
