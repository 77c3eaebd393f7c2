import { isMember } from '../../../manifests';
import { Severity } from '../../finding';
import { mayCall, membershipOfNode, policiesFor } from '../../manifests/calls/grants';
import { CallGraph } from '../../manifests/calls/graph';
import { evidenceOf } from '../../manifests/calls/node';
import { isDeclared } from '../../manifests/calls/policy-sidecar-mismatch';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'CallWithoutGrant',
  severity: Severity.ERROR,
  covers: [],
  summary: 'A service calls another one whose AuthorizationPolicies deny it',
  explanation:
    "The callee responds with 403. The call is derived from the host in the caller's Sidecar, or from an "
    + "environment variable with the callee's address; policies without conditions on identity or "
    + 'namespace allow every workload.',
  *find(cluster) {
    for (const call of CallGraph.of(cluster).calls.filter(isDeclared)) {
      const policies = policiesFor(call.callee, cluster);
      if (
        policies.length > 0
        && isMember(membershipOfNode(call.callee, cluster))
        && !mayCall(call.caller, policies, cluster)
      ) {
        yield problem(
          evidenceOf(call),
          `${call.caller.name} calls ${call.callee.name}, whose policies `
            + `(${policies.map(each => each.key).join(', ')}) do not allow it, so it gets 403.`,
          `Allow ${call.caller.identities(cluster)[0] ?? 'its identity'} in a rule, or remove the call.`,
        );
      }
    }
  },
};
