import {
  backendsOf,
  isElsewhere,
  isGranted,
  isOfMesh,
  Kind,
  parentsOf,
  portNumber,
  routesOf,
  type Cluster,
} from '../../../manifests';
import { Severity } from '../../finding';
import { absent, type Check, problem, unless } from '../../manifests/check';

export const rule: Check = {
  id: 'UnknownBackend',
  severity: Severity.ERROR,
  covers: ['KIA1402'],
  summary:
    'A route of the Gateway API sends traffic to a Service that does not exist, or that it is not allowed to reference',
  explanation:
    'Requests fail with 500. A route at a Gateway needs a ReferenceGrant to reference a Service in '
    + 'another namespace, and the Service must have the port.',
  *find(cluster) {
    for (const route of routesOf(cluster)) {
      const parents = parentsOf(route);
      const needsGrants = parents.length === 0 || !parents.every(isOfMesh);
      for (const backend of backendsOf(route).filter(each => each.group === '')) {
        if (backend.kind !== 'Service') {
          yield problem(
            backend.at.get('kind'),
            `A route cannot send requests to a ${backend.kind}, so they fail with 500.`,
            'Refer to a Service.',
            [],
          );
          continue;
        }
        const service = cluster.find(Kind.SERVICE, backend.name, backend.namespace);
        const port = backend.at.get('port').number;
        if (!service && isElsewhere(route, hostOf(backend, cluster))) {
          continue;
        }
        if (!service) {
          const found = absent(
            { type: Kind.SERVICE, name: backend.name, namespace: backend.namespace },
            problem(
              backend.at.get('name'),
              `The Service "${backend.name}" of namespace ${backend.namespace} is not among these manifests, so `
                + 'requests fail with 500.',
              'Correct the name or the namespace.',
            ),
          );
          yield backend.at.get('weight').number === 0 ? unless('its weight stays 0', found) : found;
        } else if (needsGrants && !isGranted(route, backend, cluster)) {
          yield problem(
            backend.at,
            `No ReferenceGrant allows ${route.kind}s of ${route.namespace} to reference the Service `
              + `${backend.name} of ${backend.namespace}, so requests fail with 500.`,
            `Declare a ReferenceGrant in ${backend.namespace}: from group "gateway.networking.k8s.io", kind `
              + `${route.kind}; to group "", kind Service.`,
          );
        } else if (port !== undefined && !service.spec.get('ports').items.some(each => portNumber(each) === port)) {
          yield problem(
            backend.at.get('port'),
            `The Service ${service.key} has no port ${port}, so requests fail with 500.`,
            `Use one of ${service.spec.get('ports').items.map(portNumber).join(', ')}.`,
          );
        }
      }
    }
  },
};

/** The host name of a Service that a route refers to. */
function hostOf({ name, namespace }: { name: string; namespace: string }, { clusterDomain }: Cluster): string {
  return `${name}.${namespace}.svc.${clusterDomain}`;
}
