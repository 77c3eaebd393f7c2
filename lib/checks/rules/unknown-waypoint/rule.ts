import { type Cluster, type Field, Kind, type Resource, type Workload } from '../../../manifests';
import { Severity } from '../../finding';
import { isGateway, isWaypoint, waypointNamed, waypointOf } from '../../manifests/ambient/enrolment';
import { MODE } from '../../manifests/ambient/workloads';
import { absent, type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'UnknownWaypoint',
  severity: Severity.ERROR,
  covers: ['KIA1313'],
  summary: 'A workload or Service refers to a waypoint that does not exist, or to a Gateway that is not a waypoint',
  explanation:
    'L7 policies are then not enforced: traffic is allowed as if they did not exist. A waypoint is a '
    + 'Gateway of class istio-waypoint with an HBONE listener on port 15008.',
  *find(cluster) {
    for (const workload of cluster.workloads.all.filter(each => !isGateway(each) && each.labels[MODE] !== 'none')) {
      yield* unknown(
        workload,
        waypointNamed(workload.labels, cluster.namespaceLabels(workload.namespace)),
        workload.resource.metadata.get('name'),
        cluster,
      );
    }
    for (const service of cluster.all(Kind.SERVICE)) {
      yield* unknown(
        service,
        waypointNamed(service.labels, {}),
        service.metadata.get('labels', 'istio.io/use-waypoint'),
        cluster,
        [],
      );
    }
  },
};

function* unknown(
  user: Workload | Resource,
  name: string | undefined,
  at: Field,
  cluster: Cluster,
  codes?: readonly string[],
) {
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
    yield gateway ? found : absent({ type: Kind.GATEWAY, name, namespace: user.namespace }, found);
  }
}
