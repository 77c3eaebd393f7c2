import { isMember } from '../../../manifests';
import { Severity } from '../../finding';
import { isGateway } from '../../manifests/ambient/enrolment';
import { admitsStrangers, membershipOfNode } from '../../manifests/calls/grants';
import { CallGraph } from '../../manifests/calls/graph';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'UnreachedService',
  severity: Severity.INFO,
  covers: [],
  summary: 'A service is unreachable',
  explanation:
    'Its AuthorizationPolicies allow no existing workload, and no gateway routes to it, so it uses '
    + 'resources without serving requests. Services that any client may call are not checked.',
  *find(cluster) {
    for (const node of CallGraph.of(cluster).nodes.filter(
      each =>
        each.services.length > 0
        && each.incoming.length === 0
        && each.entries.length === 0
        && !each.workloads.some(isGateway),
    )) {
      if (isMember(membershipOfNode(node, cluster)) && !admitsStrangers(node, cluster)) {
        yield problem(
          node.at,
          `No workload is allowed to call ${node.name}, and no gateway routes to it.`,
          'Remove it, or allow its callers.',
        );
      }
    }
  },
};
