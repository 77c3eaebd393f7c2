import { Membership } from '../../../manifests';
import { Severity } from '../../finding';
import { membershipOfNode } from '../../manifests/calls/grants';
import { CallGraph } from '../../manifests/calls/graph';
import { evidenceOf } from '../../manifests/calls/node';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'PastWaypoint',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A caller with a sidecar bypasses the waypoint of its callee',
  explanation:
    "A sidecar routes directly to the callee's pods: the rules and policies of the waypoint do not apply "
    + 'to this caller.',
  *find(cluster) {
    for (const call of CallGraph.of(cluster).calls) {
      const namespace = cluster.namespaceLabels(call.service.namespace);
      const waypoint = call.service.labels['istio.io/use-waypoint'] ?? namespace['istio.io/use-waypoint'] ?? 'none';
      if (
        !['none', ''].includes(waypoint)
        && membershipOfNode(call.caller, cluster) === Membership.SIDECAR
        && membershipOfNode(call.callee, cluster) === Membership.AMBIENT
      ) {
        yield problem(
          evidenceOf(call),
          `${call.caller.name} has a sidecar, so it bypasses the waypoint "${waypoint}" of ${call.callee.name}.`,
          `Move ${call.caller.name} to ambient mode.`,
        );
      }
    }
  },
};
