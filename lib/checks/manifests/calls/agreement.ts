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
  summary: 'A service calls another whose AuthorizationPolicies do not let it in',
  explanation: 'The callee answers 403. That one calls the other is known by the host in its Sidecar, or by an environment variable with the callee\'s address; policies that ask for neither identity nor namespace let everybody in.',
  *find(cluster) {
    for (const call of CallGraph.of(cluster).calls.filter(isDeclared)) {
      const policies = policiesFor(call.callee, cluster);
      if (policies.length > 0 && membershipOfNode(call.callee, cluster) !== Membership.NONE && !mayCall(call.caller, policies, cluster)) {
        yield problem(evidenceOf(call), `${call.caller.name} calls ${call.callee.name}, whose policies (${policies.map(each => each.key).join(', ')}) do not let it in: it gets 403.`,
          `Name ${call.caller.identities(cluster)[0] ?? 'its identity'} in a rule, or remove the call.`);
      }
    }
  },
};

export const grantWithoutCall: Check = {
  id: 'GrantWithoutCall',
  severity: Severity.WARNING,
  covers: [],
  summary: 'An AuthorizationPolicy lets a service in that cannot call',
  explanation: 'The caller\'s Sidecar does not have the host, so either the right is one too many or the host is missing. Callers without a Sidecar of their own may call everything, and are not looked at.',
  *find(cluster) {
    for (const call of CallGraph.of(cluster).calls.filter(each => !isDeclared(each))) {
      const grant = call.evidence.get(Evidence.GRANT);
      const scope = egressFor(call.caller, cluster);
      if (grant && scope && !knowsHost(scope, call.callee, cluster)) {
        yield problem(grant, `${call.caller.name} is let in at ${call.callee.name}, and its Sidecar ${scope.key} does not have the host.`, 'Take the right away, or add the host to the Sidecar.');
      }
    }
  },
};

export const sidecarMissesHost: Check = {
  id: 'SidecarMissesHost',
  severity: Severity.ERROR,
  covers: [],
  summary: 'A service has the address of another that its Sidecar does not let it know',
  explanation: 'The proxy does not know the host: it refuses the call under REGISTRY_ONLY, and elsewhere passes it on without mutual TLS, retries and policy. The address is found in environment variables, as `host:port`.',
  *find(cluster) {
    for (const call of CallGraph.of(cluster).calls) {
      const address = call.evidence.get(Evidence.ADDRESS);
      const scope = egressFor(call.caller, cluster);
      if (address && scope && !knowsHost(scope, call.callee, cluster)) {
        yield problem(address, `${call.caller.name} is given the address of ${call.callee.name}, and its Sidecar ${scope.key} does not have the host.`, `Add \`${call.service.namespace}/${call.service.name}.${call.service.namespace}.svc.${cluster.clusterDomain}\` to the Sidecar.`);
      }
    }
  },
};

export const plainTextCaller: Check = {
  id: 'PlainTextCaller',
  severity: Severity.ERROR,
  covers: [],
  summary: 'A service outside the mesh calls one that takes mutual TLS only',
  explanation: 'Without a proxy the caller has no certificate, so the callee\'s proxy closes the connection.',
  *find(cluster) {
    for (const call of CallGraph.of(cluster).calls.filter(each => membershipOfNode(each.caller, cluster) === Membership.NONE)) {
      const [callee] = call.callee.workloads;
      if (callee && !call.caller.workloads.some(isGateway) && membershipOfNode(call.callee, cluster) !== Membership.NONE && modeFor(callee, cluster, targetOf(call)) === 'STRICT') {
        yield problem(evidenceOf(call), `${call.caller.name} is outside the mesh, and ${call.callee.name} takes mutual TLS only, so its connections are closed.`, `Take ${call.caller.name} into the mesh, or make the PeerAuthentication PERMISSIVE.`);
      }
    }
  },
};

export const pastWaypoint: Check = {
  id: 'PastWaypoint',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A caller with a sidecar goes past the waypoint of its callee',
  explanation: 'A sidecar routes by itself, straight to the callee\'s pods: rules and policies that the waypoint would apply to requests are not applied to this caller.',
  *find(cluster) {
    for (const call of CallGraph.of(cluster).calls) {
      const namespace = cluster.namespaceLabels(call.service.namespace);
      const waypoint = call.service.labels['istio.io/use-waypoint'] ?? namespace['istio.io/use-waypoint'] ?? 'none';
      if (!['none', ''].includes(waypoint) && membershipOfNode(call.caller, cluster) === Membership.SIDECAR && membershipOfNode(call.callee, cluster) === Membership.AMBIENT) {
        yield problem(evidenceOf(call), `${call.caller.name} has a sidecar and so goes past the waypoint "${waypoint}" of ${call.callee.name}.`, `Take ${call.caller.name} into ambient mode.`);
      }
    }
  },
};

/** Whether the caller's side says so, and not the callee's alone. */
function isDeclared({ evidence }: Call): boolean {
  return evidence.has(Evidence.SIDECAR) || evidence.has(Evidence.ADDRESS);
}

function targetOf({ service, ports }: Call): number | undefined {
  const port = service.spec.get('ports').items.find(each => ports.size === 0 || ports.has(each.get('port').number ?? 0));
  return port?.get('targetPort').number ?? port?.get('port').number;
}

