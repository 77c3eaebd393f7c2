import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { deploymentsInMesh, groupPorts, namesOf } from '../../manifests/services/shared-ports';

export const rule: Check = {
  id: 'ConflictingPorts',
  severity: Severity.WARNING,
  covers: ['IST0137'],
  summary: 'Two Services of a Deployment map different ports to one container port',
  explanation:
    'The proxy has one inbound port per container port, so rules for the other Service port are not applied.',
  *find(cluster) {
    for (const deployment of deploymentsInMesh(cluster)) {
      for (const [target, uses] of groupPorts(
        cluster.servicesOf(deployment),
        each => each.get('targetPort').text.replace(/^0$/, '') || each.get('port').text,
      )) {
        const ports = [...new Set(uses.map(({ field }) => field.get('port').text))];
        if (ports.length > 1) {
          yield problem(
            deployment.resource.metadata.get('name'),
            `The Services ${namesOf(uses)} map to the container port ${target} from the ports ${ports.join(' and ')}.`,
            'Use one Service port for each container port.',
          );
        }
      }
    }
  },
};
