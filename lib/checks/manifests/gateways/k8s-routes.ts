import { backendsOf, isGranted, isOfMesh, Kind, listenersFor, parentGateway, parentsOf, portNumber, routesOf } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

export const unknownParent: Check = {
  id: 'UnknownParent',
  severity: Severity.ERROR,
  covers: ['KIA1401'],
  summary: 'A route of the Gateway API has a parent that does not exist, or does not accept it',
  explanation: 'The route has no effect. A Gateway accepts routes from its own namespace, unless `allowedRoutes` of a listener allows others; a `sectionName` or `port` must be that of a listener.',
  *find(cluster) {
    for (const route of routesOf(cluster)) {
      for (const parent of parentsOf(route)) {
        if (parent.kind === 'Service' && !cluster.find(Kind.SERVICE, parent.name, parent.namespace)) {
          yield problem(parent.at, `The Service "${parent.name}" does not exist in namespace ${parent.namespace}.`, 'Correct the reference.');
        } else if (parent.kind === 'Gateway') {
          const gateway = parentGateway(parent, cluster);
          if (!gateway) {
            yield problem(parent.at, `The Gateway "${parent.name}" does not exist in namespace ${parent.namespace}.`, 'Correct the reference, or declare the Gateway.');
          } else if (listenersFor(gateway, route.namespace, parent, cluster).length === 0) {
            yield problem(parent.at, `No listener of the Gateway ${gateway.key} accepts this route.`, `Allow ${route.namespace} in allowedRoutes.namespaces of a listener, and correct sectionName and port.`);
          }
        }
      }
    }
  },
};

export const unknownBackend: Check = {
  id: 'UnknownBackend',
  severity: Severity.ERROR,
  covers: ['KIA1402'],
  summary: 'A route of the Gateway API sends traffic to a Service that does not exist, or that it is not allowed to reference',
  explanation: 'Requests fail with 500. A route at a Gateway needs a ReferenceGrant to reference a Service in another namespace, and the Service must have the port.',
  *find(cluster) {
    for (const route of routesOf(cluster)) {
      const parents = parentsOf(route);
      const needsGrants = parents.length === 0 || !parents.every(isOfMesh);
      for (const backend of backendsOf(route).filter(each => each.kind === 'Service' && each.group === '')) {
        const service = cluster.find(Kind.SERVICE, backend.name, backend.namespace);
        const port = backend.at.get('port').number;
        if (!service) {
          yield problem(backend.at.get('name'), `The Service "${backend.name}" does not exist in namespace ${backend.namespace}, so requests fail with 500.`, 'Correct the name or the namespace.');
        } else if (needsGrants && !isGranted(route, backend, cluster)) {
          yield problem(backend.at, `No ReferenceGrant allows ${route.kind}s of ${route.namespace} to reference the Service ${backend.name} of ${backend.namespace}, so requests fail with 500.`, `Declare a ReferenceGrant in ${backend.namespace}: from group "gateway.networking.k8s.io", kind ${route.kind}; to group "", kind Service.`);
        } else if (port !== undefined && !service.spec.get('ports').items.some(each => portNumber(each) === port)) {
          yield problem(backend.at.get('port'), `The Service ${service.key} has no port ${port}, so requests fail with 500.`, `Use one of ${service.spec.get('ports').items.map(portNumber).join(', ')}.`);
        }
      }
    }
  },
};

export const unknownGrantNamespace: Check = {
  id: 'UnknownGrantNamespace',
  severity: Severity.ERROR,
  covers: ['KIA1601'],
  summary: 'A ReferenceGrant refers to a namespace that does not exist',
  explanation: 'It grants nothing. Checked if the manifests declare the namespace of the grant, and so presumably the others.',
  *find(cluster) {
    for (const grant of cluster.all(Kind.REFERENCE_GRANT).filter(each => cluster.find(Kind.NAMESPACE, each.namespace))) {
      for (const namespace of grant.spec.get('from').items.map(each => each.get('namespace'))) {
        if (!cluster.hasNamespace(namespace.text)) {
          yield problem(namespace, `The namespace "${namespace.text}" does not exist.`, 'Correct the name.');
        }
      }
    }
  },
};
