import {
  acceptsNamespace,
  type Cluster,
  type Field,
  isWaypointFor,
  Kind,
  type Resource,
  selectsNamespaces,
  type Workload,
} from '../../../manifests';
import { Severity } from '../../finding';
import { isGateway, isWaypoint, USE, waypointOf, waypointReferenceOf } from '../../manifests/ambient/enrolment';
import { MODE } from '../../manifests/ambient/workloads';
import { absent, type Check, problem, type Problem, unless } from '../../manifests/check';

export const rule: Check = {
  id: 'UnknownWaypoint',
  severity: Severity.ERROR,
  covers: ['KIA1313'],
  summary:
    'A workload, Service or ServiceEntry refers to a waypoint that does not exist or does not accept it, or to a Gateway '
    + 'that is not a waypoint',
  explanation:
    'L7 policies are then not enforced: traffic is allowed as if they did not exist. A waypoint is a '
    + 'Gateway of class istio-waypoint with an HBONE listener on port 15008. It accepts its own namespace, and those that '
    + '`allowedRoutes` of this listener allow; it is for Services, unless its label `istio.io/waypoint-for` states '
    + '`workload` or `all`.',
  *find(cluster) {
    for (const workload of cluster.workloads.all.filter(each => !isGateway(each) && each.labels[MODE] !== 'none')) {
      const at = workload.resource.metadata.get('name');
      yield* unknown(workload, at, cluster);
      yield* refused(workload, 'workload', at, cluster);
    }
    // Where a namespace names the waypoint, its workloads are reported, and not their Services.
    const services = cluster.all(Kind.SERVICE).filter(each => each.labels[USE] !== undefined);
    for (const service of [...services, ...cluster.all(Kind.SERVICE_ENTRY)]) {
      const label = service.metadata.get('labels', USE);
      const at = label.exists ? label : service.metadata.get('name');
      yield* unknown(service, at, cluster, []);
      yield* refused(service, 'service', at, cluster);
    }
  },
};

function* unknown(user: Workload | Resource, at: Field, cluster: Cluster, codes?: readonly string[]) {
  const { name, place } = waypointReferenceOf(user, cluster);
  const gateway = waypointOf(user, cluster);
  if (name !== undefined && !(gateway && isWaypoint(gateway, cluster))) {
    const found = problem(
      at,
      gateway
        ? `The Gateway "${name}" that ${user.name} refers to is not a waypoint.`
        : `The waypoint "${name}" of ${user.name} is not among these manifests.`,
      'Declare a Gateway of class istio-waypoint with this name, or correct istio.io/use-waypoint.',
      codes,
    );
    yield gateway ? found : absent({ type: Kind.GATEWAY, name, namespace: place }, found);
  }
}

function* refused(
  user: Workload | Resource,
  traffic: 'service' | 'workload',
  at: Field,
  cluster: Cluster,
): Iterable<Problem> {
  const { name, namespace } = user;
  const waypoint = waypointOf(user, cluster);
  if (!waypoint || !isWaypoint(waypoint, cluster)) {
    return;
  }
  if (!acceptsNamespace(waypoint, namespace, cluster)) {
    const found = problem(
      at,
      `The waypoint ${waypoint.key} does not accept ${name}, since its listener does not allow namespace ${namespace}.`,
      `Allow namespace ${namespace} in \`allowedRoutes.namespaces\` of its HBONE listener.`,
      [],
    );
    yield selectsNamespaces(waypoint, cluster) && !cluster.isDeclared(namespace)
      ? unless(`the namespace ${namespace}, which is not among these manifests, has the labels`, found)
      : found;
  } else if (user.labels[USE] !== undefined && !isWaypointFor(traffic, waypoint, cluster)) {
    yield problem(
      at,
      `The waypoint ${waypoint.key} is not for ${traffic}s, so what is sent to ${name} does not pass it.`,
      `Label the waypoint \`istio.io/waypoint-for: all\`, or remove istio.io/use-waypoint from ${name}.`,
      [],
    );
  }
}
