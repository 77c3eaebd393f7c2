import { Membership, modeFor } from '../../../manifests';
import { isGateway } from '../ambient/enrolment';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { CallGraph } from './graph';
import { mayCall, membershipOfNode, policiesFor } from './grants';
import { type Call, Evidence, evidenceOf } from './node';
import { egressFor, knowsHost } from './scopes';

export const callWithoutGrant: Check = {
  id: 'CallWithoutGrant',
  severity: Severity.ERROR,
  covers: [],
  summary: 'A service calls another one whose AuthorizationPolicies deny it',
  explanation: 'The callee responds with 403. The call is derived from the host in the caller\'s Sidecar, or from an environment variable with the callee\'s address; policies without conditions on identity or namespace allow every workload.',
  *find(cluster) {
    for (const call of CallGraph.of(cluster).calls.filter(isDeclared)) {
      const policies = policiesFor(call.callee, cluster);
      if (policies.length > 0 && membershipOfNode(call.callee, cluster) !== Membership.NONE && !mayCall(call.caller, policies, cluster)) {
        yield problem(evidenceOf(call), `${call.caller.name} calls ${call.callee.name}, whose policies (${policies.map(each => each.key).join(', ')}) do not allow it, so it gets 403.`,
          `Allow ${call.caller.identities(cluster)[0] ?? 'its identity'} in a rule, or remove the call.`);
      }
    }
  },
};

export const grantWithoutCall: Check = {
  id: 'GrantWithoutCall',
  severity: Severity.WARNING,
  covers: [],
  summary: 'An AuthorizationPolicy allows a service whose Sidecar lacks the host',
  explanation: 'The caller\'s Sidecar does not include the host, so either the permission is superfluous or the host is missing. Callers without a Sidecar of their own may call every service and are not checked.',
  *find(cluster) {
    for (const call of CallGraph.of(cluster).calls.filter(each => !isDeclared(each))) {
      const grant = call.evidence.get(Evidence.GRANT);
      const scope = egressFor(call.caller, cluster);
      if (grant && scope && !knowsHost(scope, call.callee, cluster)) {
        yield problem(grant, `${call.caller.name} is allowed to call ${call.callee.name}, but its Sidecar ${scope.key} does not include the host.`, 'Remove the permission, or add the host to the Sidecar.');
      }
    }
  },
};

export const sidecarMissesHost: Check = {
  id: 'SidecarMissesHost',
  severity: Severity.ERROR,
  covers: [],
  summary: 'A service has the address of another one that its Sidecar does not include',
  explanation: 'The proxy has no configuration for the host: it rejects the call under REGISTRY_ONLY, and otherwise forwards it without mutual TLS, retries and policies. The address is found in environment variables, as `host:port`.',
  *find(cluster) {
    for (const call of CallGraph.of(cluster).calls) {
      const address = call.evidence.get(Evidence.ADDRESS);
      const scope = egressFor(call.caller, cluster);
      if (address && scope && !knowsHost(scope, call.callee, cluster)) {
        yield problem(address, `${call.caller.name} has the address of ${call.callee.name}, but its Sidecar ${scope.key} does not include the host.`, `Add \`${call.service.namespace}/${call.service.name}.${call.service.namespace}.svc.${cluster.clusterDomain}\` to the Sidecar.`);
      }
    }
  },
};

export const plainTextCaller: Check = {
  id: 'PlainTextCaller',
  severity: Severity.ERROR,
  covers: [],
  summary: 'A service outside the mesh calls one that requires mutual TLS',
  explanation: 'Without a proxy the caller has no certificate, so the callee\'s proxy closes the connection.',
  *find(cluster) {
    for (const call of CallGraph.of(cluster).calls.filter(each => membershipOfNode(each.caller, cluster) === Membership.NONE)) {
      const [callee] = call.callee.workloads;
      if (callee && !call.caller.workloads.some(isGateway) && membershipOfNode(call.callee, cluster) !== Membership.NONE && modeFor(callee, cluster, targetOf(call)) === 'STRICT') {
        yield problem(evidenceOf(call), `${call.caller.name} is outside the mesh, and ${call.callee.name} requires mutual TLS, so its connections are closed.`, `Add ${call.caller.name} to the mesh, or set the PeerAuthentication to PERMISSIVE.`);
      }
    }
  },
};

export const pastWaypoint: Check = {
  id: 'PastWaypoint',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A caller with a sidecar bypasses the waypoint of its callee',
  explanation: 'A sidecar routes directly to the callee\'s pods: the rules and policies of the waypoint do not apply to this caller.',
  *find(cluster) {
    for (const call of CallGraph.of(cluster).calls) {
      const namespace = cluster.namespaceLabels(call.service.namespace);
      const waypoint = call.service.labels['istio.io/use-waypoint'] ?? namespace['istio.io/use-waypoint'] ?? 'none';
      if (!['none', ''].includes(waypoint) && membershipOfNode(call.caller, cluster) === Membership.SIDECAR && membershipOfNode(call.callee, cluster) === Membership.AMBIENT) {
        yield problem(evidenceOf(call), `${call.caller.name} has a sidecar, so it bypasses the waypoint "${waypoint}" of ${call.callee.name}.`, `Move ${call.caller.name} to ambient mode.`);
      }
    }
  },
};

/** Whether the evidence is on the caller's side, not only on the callee's. */
function isDeclared({ evidence }: Call): boolean {
  return evidence.has(Evidence.SIDECAR) || evidence.has(Evidence.ADDRESS);
}

function targetOf({ service, ports }: Call): number | undefined {
  const port = service.spec.get('ports').items.find(each => ports.size === 0 || ports.has(each.get('port').number ?? 0));
  return port?.get('targetPort').number ?? port?.get('port').number;
}

