import { backendsOf, isGranted, isOfMesh, Kind, listenersFor, parentGateway, parentsOf, portNumber, routesOf } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

export const unknownParent: Check = {
  id: 'UnknownParent',
  severity: Severity.ERROR,
  covers: ['KIA1401'],
  summary: 'A route of the Gateway API belongs to a Gateway that does not exist, or does not take it',
  explanation: 'Nobody applies it. A Gateway takes routes of its own namespace, unless `allowedRoutes` of a listener says otherwise; a `sectionName` or `port` has to be that of a listener.',
  *find(cluster) {
    for (const route of routesOf(cluster)) {
      for (const parent of parentsOf(route)) {
        if (parent.kind === 'Service' && !cluster.find(Kind.SERVICE, parent.name, parent.namespace)) {
          yield problem(parent.at, `There is no Service "${parent.name}" in namespace ${parent.namespace}.`, 'Correct the reference.');
        } else if (parent.kind === 'Gateway') {
          const gateway = parentGateway(parent, cluster);
          if (!gateway) {
            yield problem(parent.at, `There is no Gateway "${parent.name}" in namespace ${parent.namespace}.`, 'Correct the reference, or declare the Gateway.');
          } else if (listenersFor(gateway, route.namespace, parent, cluster).length === 0) {
            yield problem(parent.at, `No listener of the Gateway ${gateway.key} takes this route.`, `Let allowedRoutes.namespaces of a listener take ${route.namespace}, and correct sectionName and port.`);
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
  summary: 'A route of the Gateway API sends traffic to a Service that does not exist, or that it may not name',
  explanation: 'Requests are answered with 500. A route at a Gateway needs a ReferenceGrant for a Service of another namespace there, and the port has to be one of the Service.',
  *find(cluster) {
    for (const route of routesOf(cluster)) {
      const parents = parentsOf(route);
      const needsGrants = parents.length === 0 || !parents.every(isOfMesh);
      for (const backend of backendsOf(route).filter(each => each.kind === 'Service' && each.group === '')) {
        const service = cluster.find(Kind.SERVICE, backend.name, backend.namespace);
        const port = backend.at.get('port').number;
        if (!service) {
          yield problem(backend.at.get('name'), `There is no Service "${backend.name}" in namespace ${backend.namespace}, so requests fail with 500.`, 'Correct the name or the namespace.');
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
  summary: 'A ReferenceGrant is for a namespace that does not exist',
  explanation: 'It grants nothing to anybody. Looked at where the manifests declare the grant\'s own namespace, so that they may be taken to declare others.',
  *find(cluster) {
    for (const grant of cluster.all(Kind.REFERENCE_GRANT).filter(each => cluster.find(Kind.NAMESPACE, each.namespace))) {
      for (const namespace of grant.spec.get('from').items.map(each => each.get('namespace'))) {
        if (!cluster.hasNamespace(namespace.text)) {
          yield problem(namespace, `There is no namespace "${namespace.text}".`, 'Correct the name.');
        }
      }
    }
  },
};
