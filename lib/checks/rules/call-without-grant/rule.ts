import { isMember } from '../../../manifests';
import { Severity } from '../../finding';
import { denialOf, membershipOfNode } from '../../manifests/calls/grants';
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
    + "environment variable with the callee's address. Reported if every request of the caller is denied, "
    + 'independent of its method, path and token.',
  *find(cluster) {
    for (const call of CallGraph.of(cluster).calls.filter(isDeclared)) {
      const { caller, callee } = call;
      const denial = isMember(membershipOfNode(callee, cluster)) ? denialOf(caller, callee, cluster) : undefined;
      if (denial) {
        const denies = denial.by?.resource.spec.get('action').text === 'DENY';
        yield problem(
          evidenceOf(call),
          `${caller.name} calls ${callee.name}, and `
            + `${denies ? `${denial.by?.resource.key} denies it` : denial.reason}, `
            + 'so it gets 403.',
          denies
            ? 'Exclude it in the rule, or remove the call.'
            : `Allow ${caller.identities(cluster)[0] ?? 'its identity'} in a rule, or remove the call.`,
        );
      }
    }
  },
};
