import { Kind, type Resource } from '../../../manifests';
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
    + 'other controllers create theirs on installation. It is a note where the file or kustomization of the Gateway has '
    + 'no GatewayClass and the name is not nearly one that exists.',
  *find(cluster) {
    const classes = cluster.all(Kind.GATEWAY_CLASS);
    const known = [...OF_ISTIO, ...classes.map(each => each.name)];
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
        const mayExist = nearest === '' && !classes.some(each => isBeside(each, name.resource));
        yield mayExist ? { ...found, severity: Severity.INFO } : found;
      }
    }
  },
};

/** Whether two objects are of one file or kustomization, or both of a cluster. */
function isBeside({ origin: one }: Resource, { origin: other }: Resource): boolean {
  return one?.source.file === other?.source.file || (one?.folder !== undefined && one.folder === other?.folder);
}
