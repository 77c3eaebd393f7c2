import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { deploymentsInMesh, differingPorts } from '../../manifests/services/shared-ports';

export const rule: Check = {
  id: 'ConflictingPorts',
  severity: Severity.WARNING,
  covers: ['IST0137'],
  summary: 'Two Services of a Deployment map different ports to one container port',
  explanation:
    'The proxy has one inbound port per container port, so rules for the other Service port are not applied.',
  *find(cluster) {
    for (const deployment of deploymentsInMesh(cluster)) {
      for (const { same, others, names } of differing(cluster.servicesOf(deployment))) {
        yield problem(
          deployment.resource.metadata.get('name'),
          `The Services ${names} map to the container port ${same} from the ports ${others.join(' and ')}.`,
          'Use one Service port for each container port.',
        );
      }
    }
  },
};

const differing = differingPorts(
  each => each.get('targetPort').text.replace(/^0$/, '') || each.get('port').text,
  each => each.get('port').text,
);
