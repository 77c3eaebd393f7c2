import { Kind, listenersFor, parentGateway, parentsOf, routesOf } from '../../../manifests';
import { Severity } from '../../finding';
import { absent, type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'UnknownParent',
  severity: Severity.ERROR,
  covers: ['KIA1401'],
  summary: 'A route of the Gateway API has a parent that does not exist, or does not accept it',
  explanation:
    'The route has no effect. A Gateway accepts routes from its own namespace, unless `allowedRoutes` of '
    + 'a listener allows others; a `sectionName` or `port` must be that of a listener.',
  *find(cluster) {
    for (const route of routesOf(cluster)) {
      for (const parent of parentsOf(route)) {
        if (parent.kind === 'Service' && !cluster.find(Kind.SERVICE, parent.name, parent.namespace)) {
          yield absent(
            { type: Kind.SERVICE, name: parent.name, namespace: parent.namespace },
            problem(
              parent.at,
              `The Service "${parent.name}" of namespace ${parent.namespace} is not among these manifests.`,
              'Correct the reference.',
            ),
          );
        } else if (parent.kind === 'Gateway') {
          const gateway = parentGateway(parent, cluster);
          if (!gateway) {
            yield absent(
              { type: Kind.GATEWAY, name: parent.name, namespace: parent.namespace },
              problem(
                parent.at,
                `The Gateway "${parent.name}" of namespace ${parent.namespace} is not among these manifests.`,
                'Correct the reference, or declare the Gateway.',
              ),
            );
          } else if (listenersFor(gateway, route.namespace, parent, cluster).length === 0) {
            yield problem(
              parent.at,
              `No listener of the Gateway ${gateway.key} accepts this route.`,
              `Allow ${route.namespace} in allowedRoutes.namespaces of a listener, and correct sectionName and port.`,
            );
          }
        }
      }
    }
  },
};
