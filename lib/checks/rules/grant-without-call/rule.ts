import { Severity } from '../../finding';
import { CallGraph } from '../../manifests/calls/graph';
import { Evidence } from '../../manifests/calls/node';
import { isDeclared } from '../../manifests/calls/policy-sidecar-mismatch';
import { egressWithout } from '../../manifests/calls/scopes';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'GrantWithoutCall',
  severity: Severity.WARNING,
  covers: [],
  summary: 'An AuthorizationPolicy allows a service whose Sidecar lacks the host',
  explanation:
    "The caller's Sidecar does not include the host, so either the permission is superfluous or the host "
    + 'is missing. Callers without a Sidecar of their own may call every service and are not checked.',
  *find(cluster) {
    for (const call of CallGraph.of(cluster).calls.filter(each => !isDeclared(each))) {
      const grant = call.evidence.get(Evidence.GRANT);
      const scopes = grant ? call.caller.workloads.map(each => egressWithout(call.callee, each, cluster)) : [];
      const [scope] = scopes;
      if (grant && scope && scopes.every(each => each !== undefined)) {
        yield problem(
          grant,
          `${call.caller.name} is allowed to call ${call.callee.name}, but its Sidecar ${scope.key} does not `
            + 'include the host.',
          'Remove the permission, or add the host to the Sidecar.',
        );
      }
    }
  },
};
