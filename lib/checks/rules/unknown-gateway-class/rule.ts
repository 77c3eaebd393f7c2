import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { absent, type Check, problem } from '../../manifests/check';

/** The classes that Istio declares. */
const OF_ISTIO = new Set([
  'istio',
  'istio-remote',
  'istio-waypoint',
  'istio-east-west',
  'istio-agentgateway',
  'istio-agentgateway-waypoint',
]);

export const rule: Check = {
  id: 'UnknownGatewayClass',
  severity: Severity.WARNING,
  covers: ['KIA1504'],
  summary: 'A Gateway has a GatewayClass that does not exist',
  explanation:
    'No controller reconciles the Gateway, so its ports stay closed. Istio creates its own classes; some '
    + 'other controllers create theirs on installation: suppress the finding in this case.',
  *find(cluster) {
    for (const name of cluster.all(Kind.GATEWAY).map(each => each.spec.get('gatewayClassName'))) {
      if (!OF_ISTIO.has(name.text) && !cluster.find(Kind.GATEWAY_CLASS, name.text)) {
        yield absent(
          { type: Kind.GATEWAY_CLASS, name: name.text, namespace: '' },
          problem(
            name,
            `The GatewayClass "${name.text}" is not among these manifests, so the ports of the Gateway stay closed.`,
            'Correct the name, or declare the GatewayClass with its controller.',
          ),
        );
      }
    }
  },
};
