import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { absent, type Check, problem } from '../../manifests/check';
import { suggestion } from '../../suggestion';

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
    + 'other controllers create theirs on installation. It is a note where the manifests have no GatewayClass and the '
    + 'name is not nearly one of Istio.',
  *find(cluster) {
    const known = [...OF_ISTIO, ...cluster.all(Kind.GATEWAY_CLASS).map(each => each.name)];
    for (const name of cluster.all(Kind.GATEWAY).map(each => each.spec.get('gatewayClassName'))) {
      if (!OF_ISTIO.has(name.text) && !cluster.find(Kind.GATEWAY_CLASS, name.text)) {
        const nearest = suggestion(name.text, known);
        const found = absent(
          { type: Kind.GATEWAY_CLASS, name: name.text, namespace: '' },
          problem(
            name,
            `The GatewayClass "${name.text}" is not among these manifests, so the ports of the Gateway stay closed.`
              + nearest,
            'Correct the name, or declare the GatewayClass with its controller.',
          ),
        );
        const mayExist = known.length === OF_ISTIO.size && nearest === '';
        yield mayExist ? { ...found, severity: Severity.INFO } : found;
      }
    }
  },
};
