import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { deploymentsInMesh, groupPorts, namesOf } from '../../manifests/services/shared-ports';

export const rule: Check = {
  id: 'PortWithTwoProtocols',
  severity: Severity.WARNING,
  covers: ['IST0116'],
  summary: 'Two Services of a Deployment declare one port with different protocols',
  explanation:
    'A proxy has one listener per port, so traffic of one Service is handled with the protocol of the other.',
  *find(cluster) {
    for (const deployment of deploymentsInMesh(cluster)) {
      for (const [port, uses] of groupPorts(cluster.servicesOf(deployment), each => each.get('port').text)) {
        if (new Set(uses.map(({ field }) => field.get('protocol').text || 'TCP')).size > 1) {
          yield problem(
            deployment.resource.metadata.get('name'),
            `The Services ${namesOf(uses)} declare port ${port} with different protocols.`,
            'Use different ports for the Services.',
          );
        }
      }
    }
  },
};
