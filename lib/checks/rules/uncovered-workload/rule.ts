import {
  type Field,
  isDryRun,
  isMember,
  Kind,
  membershipOf,
  memo,
  type Resource,
  targetRefsOf,
} from '../../../manifests';
import { Severity } from '../../finding';
import { isGateway, waypointKeyOf } from '../../manifests/ambient/enrolment';
import { problemOfTarget } from '../../manifests/ambient/targets';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'UncoveredWorkload',
  severity: Severity.WARNING,
  covers: ['KIA1301'],
  summary: 'No AuthorizationPolicy covers a workload of the mesh',
  explanation:
    'Any client in the cluster may call it. A policy covers a workload if it selects it, targets its '
    + 'Service or the waypoint of the Service, or applies to its namespace or the whole mesh. Only a '
    + 'waypoint enforces a policy that targets a Service. '
    + 'Dry runs and policies with the action AUDIT refuse nothing. It is a note where nothing has a policy: then all '
    + 'callers are allowed everywhere.',
  *find(cluster) {
    const policies = cluster
      .all(Kind.AUTHORIZATION_POLICY)
      .filter(each => each.spec.get('action').text !== 'AUDIT' && !isDryRun(each));
    const wide = new Set(
      policies
        .filter(
          each =>
            targetRefsOf(each).length === 0
            && Object.keys(each.spec.get('selector', 'matchLabels').strings).length === 0,
        )
        .map(each => each.namespace),
    );
    const selectors = new Map(
      policies.map(each => {
        const labels = each.spec.get('selector', 'matchLabels').strings;
        const namespace = each.namespace === cluster.mesh.rootNamespace ? undefined : each.namespace;
        return [JSON.stringify([namespace, labels]), { labels, namespace }];
      }),
    );
    const selecting = new Set(
      [...selectors.values()].flatMap(({ labels, namespace }) =>
        Object.keys(labels).length > 0 ? cluster.workloads.selectWhole(labels, namespace) : [],
      ),
    );
    const targets = policies.flatMap(targetRefsOf).map(at => ({ at, found: problemOfTarget(at, cluster) }));
    const keysOf = (some: typeof targets) => new Set(some.map(({ at }) => keyOfTarget(at)));
    const certain = keysOf(targets.filter(each => each.found === undefined));
    const uncertain = keysOf(targets.filter(each => each.found?.isUncertain === true));
    const isForAllWaypoints = certain.has(`GatewayClass ${cluster.mesh.rootNamespace}/istio-waypoint`);
    const isForWaypoint = (waypoint: string | undefined) =>
      waypoint !== undefined && (isForAllWaypoints || certain.has(`Gateway ${waypoint}`));
    // Workloads with the same Services have one list of them.
    const isTargeted = memo((services: readonly Resource[]) =>
      services.some(each => {
        const waypoint = waypointKeyOf(each, 'service', cluster);
        const key = `Service ${each.key}`;
        return uncertain.has(key) || isForWaypoint(waypoint) || (waypoint !== undefined && certain.has(key));
      }),
    );
    for (const workload of cluster.workloads.all.filter(
      each => !isGateway(each) && isMember(membershipOf(each, cluster)),
    )) {
      const isCovered =
        wide.has(workload.namespace)
        || wide.has(cluster.mesh.rootNamespace)
        || selecting.has(workload)
        || isTargeted(cluster.servicesOf(workload))
        || isForWaypoint(waypointKeyOf(workload, 'workload', cluster));
      if (!isCovered) {
        const found = problem(
          workload.resource.metadata.get('name'),
          `No AuthorizationPolicy covers ${workload.name}, so any client in the cluster may call it.`,
          'Declare a policy that allows its callers, or one without rules for the namespace, which denies all.',
        );
        yield policies.length === 0 ? { ...found, severity: Severity.INFO } : found;
      }
    }
  },
};

function keyOfTarget(at: Field): string {
  return `${at.get('kind').text} ${at.resource.namespace}/${at.get('name').text}`;
}
