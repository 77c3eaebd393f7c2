import { Membership, membershipOf } from '../../../manifests';
import { Severity } from '../../finding';
import { isGateway, waypointNamed } from '../../manifests/ambient/enrolment';
import { MODE } from '../../manifests/ambient/workloads';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'WaypointOutsideAmbient',
  severity: Severity.WARNING,
  covers: ['KIA1312'],
  summary: 'A workload has a waypoint but is not in ambient mode',
  explanation: 'Its traffic is not routed through the waypoint.',
  *find(cluster) {
    for (const workload of cluster.workloads.all.filter(each => !isGateway(each) && each.labels[MODE] !== 'none')) {
      if (
        waypointNamed(workload.labels, cluster.namespaceLabels(workload.namespace)) !== undefined
        && [Membership.SIDECAR, Membership.NONE].includes(membershipOf(workload, cluster))
      ) {
        yield problem(
          workload.resource.metadata.get('name'),
          `${workload.name} has a waypoint label but is not in ambient mode.`,
          `Label its namespace ${MODE}: ambient.`,
        );
      }
    }
  },
};
