import {
  allowsPeer, allowsPort, type Cluster, type Direction, type Field, Membership, membershipOf, namesOfPort, NetworkPolicies, type PeerPort, targetPortOf, type Workload,
} from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { mayCall, policiesFor } from './grants';
import { CallGraph } from './graph';
import { type Call, evidenceOf } from './node';

const DNS = 53;
const HBONE = 15008;
const ISTIOD = 15012;
const PROBES = '169.254.7.127/32';

export const blockedCall: Check = {
  id: 'BlockedCall',
  severity: Severity.ERROR,
  covers: [],
  summary: 'A NetworkPolicy blocks a call that the mesh allows',
  explanation: 'The connection times out, before any proxy could say why. Both sides count: what the callee\'s policies let in, and what the caller\'s let out, on the port of the pods; between ambient workloads that is 15008 too.',
  *find(cluster) {
    const policies = NetworkPolicies.of(cluster);
    for (const call of CallGraph.of(cluster).calls) {
      const grants = policiesFor(call.callee, cluster);
      const [from, to] = [call.caller.workloads[0], call.callee.workloads[0]];
      if (!from || !to || (grants.length > 0 && !mayCall(call.caller, grants, cluster))) {
        continue;
      }
      const ports = portsOf(call, to);
      const isBlocked = (direction: Direction, pod: Workload, peer: Workload) => {
        const rules = policies.rulesFor(pod, direction);
        return rules !== undefined && ports.length > 0 && !ports.some(port => rules.some(rule => allows(rule, direction, pod, peer, tcp(port, namesOfPort(port, to)), cluster)));
      };
      const blockedBy = isBlocked('ingress', to, from) ? { pod: to, direction: 'in', at: call.callee } : isBlocked('egress', from, to) ? { pod: from, direction: 'out', at: call.caller } : undefined;
      if (blockedBy) {
        yield problem(evidenceOf(call), `${call.caller.name} calls ${call.callee.name}, and the NetworkPolicies of ${blockedBy.at.name} do not let it ${blockedBy.direction} on port ${ports.join(', ')}.`,
          `Add a rule to the NetworkPolicies of ${blockedBy.at.name}.`);
      }
    }
  },
};

export const forgottenTraffic: Check = {
  id: 'ForgottenTraffic',
  severity: Severity.WARNING,
  covers: [],
  summary: 'NetworkPolicies forget what a pod cannot do without',
  explanation: 'With any egress rule a pod needs one for DNS (port 53), and with a sidecar one for the control plane (15012); with any ingress rule a pod in ambient mode needs port 15008 for its traffic and, where it has '
    + 'probes, the address 169.254.7.127, from which they come there.',
  *find(cluster) {
    const policies = NetworkPolicies.of(cluster);
    for (const workload of cluster.workloads.all) {
      const membership = membershipOf(workload, cluster);
      const [ingress, egress] = [policies.rulesFor(workload, 'ingress'), policies.rulesFor(workload, 'egress')];
      const at = workload.resource.metadata.get('name');
      if (egress && !egress.some(rule => allowsPort(rule, { ...tcp(DNS), protocol: 'UDP' }))) {
        yield problem(at, `The NetworkPolicies of ${workload.name} let nothing out on port ${DNS}, so it can resolve no name.`, 'Add an egress rule for port 53, UDP and TCP.');
      }
      if (egress && membership === Membership.SIDECAR && !egress.some(rule => allowsPort(rule, tcp(ISTIOD)))) {
        yield problem(at, `The NetworkPolicies of ${workload.name} let nothing out on port ${ISTIOD}, so its proxy gets neither certificate nor configuration.`, 'Add an egress rule to istiod on port 15012.');
      }
      if (ingress && ingress.length > 0 && membership === Membership.AMBIENT && !ingress.some(rule => allowsPort(rule, tcp(HBONE)))) {
        yield problem(at, `The NetworkPolicies of ${workload.name} let nothing in on port ${HBONE}, by which traffic of the mesh comes.`, 'Add an ingress rule for TCP port 15008.');
      }
      if (ingress && membership === Membership.AMBIENT && hasProbes(workload) && !ingress.some(rule => rule.get('from').items.length === 0 || rule.get('from').items.some(peer => [PROBES, '0.0.0.0/0'].includes(peer.get('ipBlock', 'cidr').text)))) {
        yield problem(at, `The NetworkPolicies of ${workload.name} keep its probes out, so it is never ready.`, `Add an ingress rule from ipBlock ${PROBES}.`);
      }
    }
  },
};

function hasProbes(workload: Workload): boolean {
  return workload.containers.some(each => ['readinessProbe', 'livenessProbe', 'startupProbe'].some(name => each.get(name).exists && !each.get(name, 'exec').exists));
}

/** The rules let a port through; addresses of Pods are not known, so an ipBlock may hold any. */
function allows(rule: Field, direction: Direction, pod: Workload, peer: Workload, port: PeerPort, cluster: Cluster): boolean {
  const peers = rule.get(direction === 'ingress' ? 'from' : 'to');
  return allowsPort(rule, port) && (peers.items.some(each => each.get('ipBlock').exists) || allowsPeer(peers, pod.namespace, peer, cluster));
}

const tcp = (number: number, names: readonly string[] = []): PeerPort => ({ number, names, protocol: 'TCP' });

/** The ports of the callee's containers that a call needs. */
function portsOf({ service, ports }: Call, callee: Workload): number[] {
  return service.spec.get('ports').items.filter(each => ports.size === 0 || ports.has(each.get('port').number ?? 0)).flatMap(port => targetPortOf(port, callee) ?? []);
}
