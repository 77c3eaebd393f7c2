import {
  Kind,
  listenersFor,
  parentGateway,
  parentsOf,
  type Reference,
  type Resource,
  routesOf,
} from '../../../manifests';
import { Severity } from '../../finding';
import { absent, type Check, problem, unless } from '../../manifests/check';

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
            const found = problem(
              parent.at,
              `No listener of the Gateway ${gateway.key} accepts this route.`,
              `Allow ${route.namespace} in allowedRoutes.namespaces of a listener, and correct sectionName and port.`,
            );
            yield selectsByLabels(gateway, parent) && !cluster.isDeclared(route.namespace)
              ? unless(`the namespace ${route.namespace}, which is not among these manifests, has the labels`, found)
              : found;
          }
        }
      }
    }
  },
};

/** Whether a listener that a reference names selects namespaces by labels that are not their names. */
function selectsByLabels(gateway: Resource, { at }: Reference): boolean {
  return gateway.spec
    .get('listeners')
    .items.filter(each => ['', each.get('name').text].includes(at.get('sectionName').text))
    .filter(each => ['', each.get('port').text].includes(at.get('port').text))
    .map(each => each.get('allowedRoutes', 'namespaces'))
    .some(each => each.get('from').text === 'Selector' && !JSON.stringify(each.value).includes(NAME_OF_NAMESPACE));
}

const NAME_OF_NAMESPACE = 'kubernetes.io/metadata.name';
