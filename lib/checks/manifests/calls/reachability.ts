import { Membership } from '../../../manifests';
import { isGateway } from '../ambient/enrolment';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { CallGraph } from './graph';
import { admitsStrangers, membershipOfNode, policiesFor } from './grants';

export const unreachedService: Check = {
  id: 'UnreachedService',
  severity: Severity.INFO,
  covers: [],
  summary: 'Nothing reaches a service',
  explanation: 'Its AuthorizationPolicies let nobody in that exists, and no gateway leads to it: it costs and serves nobody. Services that are open to everybody may be called by anybody, and are not looked at.',
  *find(cluster) {
    for (const node of CallGraph.of(cluster).nodes.filter(each => each.services.length > 0 && each.incoming.length === 0 && each.entries.length === 0 && !each.workloads.some(isGateway))) {
      const policies = policiesFor(node, cluster);
      const isOpen = policies.length === 0 || policies.some(admitsStrangers);
      if (!isOpen && membershipOfNode(node, cluster) !== Membership.NONE) {
        yield problem(node.at, `Nobody who exists may call ${node.name}, and no gateway leads to it.`, 'Remove it, or name its callers.');
      }
    }
  },
};
