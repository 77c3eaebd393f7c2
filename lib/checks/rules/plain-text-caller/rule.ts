import { type Cluster, isMember, Membership, membershipOf, modeFor, type Workload } from '../../../manifests';
import { capturesInbound } from '../../../dataplane';
import { Severity } from '../../finding';
import { isGateway } from '../../manifests/ambient/enrolment';
import { membershipOfNode } from '../../manifests/calls/grants';
import { calledPorts } from '../../manifests/calls/called-ports';
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
      const isClosed = cluster.selectedBy(call.service).some(each => requiresMutualTls(call, each, cluster));
      if (isClosed && !call.caller.workloads.some(isGateway)) {
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

/** Whether the proxy of a callee closes connections in plain text: at all ports, if the called ones are unknown. */
function requiresMutualTls(call: Call, callee: Workload, cluster: Cluster): boolean {
  const membership = membershipOf(callee, cluster);
  const modes = calledPorts(call, callee).map(port =>
    membership === Membership.SIDECAR && !capturesInbound(callee, port) ? 'DISABLE' : modeFor(callee, cluster, port),
  );
  const isStrict = (mode: string) => mode === 'STRICT';
  return (
    isMember(membership) && modes.length > 0 && (call.ports.size === 0 ? modes.every(isStrict) : modes.some(isStrict))
  );
}
