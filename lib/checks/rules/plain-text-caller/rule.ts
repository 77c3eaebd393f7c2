import { isMember, Membership, modeFor } from '../../../manifests';
import { Severity } from '../../finding';
import { isGateway } from '../../manifests/ambient/enrolment';
import { membershipOfNode } from '../../manifests/calls/grants';
import { CallGraph } from '../../manifests/calls/graph';
import { type Call, evidenceOf } from '../../manifests/calls/node';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'PlainTextCaller',
  severity: Severity.ERROR,
  covers: [],
  summary: 'A service outside the mesh calls one that requires mutual TLS',
  explanation: "Without a proxy the caller has no certificate, so the callee's proxy closes the connection.",
  *find(cluster) {
    for (const call of CallGraph.of(cluster).calls.filter(
      each => membershipOfNode(each.caller, cluster) === Membership.NONE,
    )) {
      const [callee] = call.callee.workloads;
      if (
        callee
        && !call.caller.workloads.some(isGateway)
        && isMember(membershipOfNode(call.callee, cluster))
        && modeFor(callee, cluster, targetOf(call)) === 'STRICT'
      ) {
        yield problem(
          evidenceOf(call),
          `${call.caller.name} is outside the mesh, and ${call.callee.name} requires mutual TLS, so its `
            + 'connections are closed.',
          `Add ${call.caller.name} to the mesh, or set the PeerAuthentication to PERMISSIVE.`,
        );
      }
    }
  },
};

function targetOf({ service, ports }: Call): number | undefined {
  const port = service.spec
    .get('ports')
    .items.find(each => ports.size === 0 || ports.has(each.get('port').number ?? 0));
  return port?.get('targetPort').number ?? port?.get('port').number;
}
