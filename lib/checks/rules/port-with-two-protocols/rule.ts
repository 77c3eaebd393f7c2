import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { deploymentsInMesh, differingPorts } from '../../manifests/services/shared-ports';

export const rule: Check = {
  id: 'PortWithTwoProtocols',
  severity: Severity.WARNING,
  covers: ['IST0116'],
  summary: 'Two Services of a Deployment declare one port with different protocols',
  explanation:
    'A proxy has one listener per port, so traffic of one Service is handled with the protocol of the other.',
  *find(cluster) {
    for (const deployment of deploymentsInMesh(cluster)) {
      for (const { same, names } of differing(cluster.servicesOf(deployment))) {
        yield problem(
          deployment.resource.metadata.get('name'),
          `The Services ${names} declare port ${same} with different protocols.`,
          'Use different ports for the Services.',
        );
      }
    }
  },
};

const differing = differingPorts(
  each => each.get('port').text,
  each => each.get('protocol').text || 'TCP',
);
