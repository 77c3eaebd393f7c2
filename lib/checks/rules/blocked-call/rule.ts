import {
  allowsPeer,
  allowsPort,
  type Cluster,
  type Direction,
  type Field,
  isInLinkerd,
  isMember,
  Membership,
  membershipOf,
  namesOfPort,
  NetworkPolicies,
  type PeerPort,
  targetPortOf,
  type Workload,
} from '../../../manifests';
import { HBONE, LINKERD_INBOUND } from '../../../dataplane';
import { Severity } from '../../finding';
import { denialOf } from '../../manifests/calls/grants';
import { CallGraph } from '../../manifests/calls/graph';
import { type Call, evidenceOf } from '../../manifests/calls/node';
import { waypointOf } from '../../manifests/ambient/enrolment';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'BlockedCall',
  severity: Severity.ERROR,
  covers: [],
  summary: 'A NetworkPolicy blocks a call that the mesh allows',
  explanation:
    'The connection times out without an error from any proxy. Both the ingress rules of the callee and '
    + 'the egress rules of the caller count, on the port of the pods; between ambient workloads that is '
    + 'always 15008, and between those of Linkerd 4143.',
  *find(cluster) {
    const policies = NetworkPolicies.of(cluster);
    for (const call of CallGraph.of(cluster).calls) {
      const [from, to] = [call.caller.workloads[0], call.callee.workloads[0]];
      if (!from || !to) {
        continue;
      }
      const isBetweenAmbient = [from, to].every(each => membershipOf(each, cluster) === Membership.AMBIENT);
      if (isBetweenAmbient && call.callee.services.some(each => waypointOf(each, cluster))) {
        // Each of them connects to the waypoint, not to the other.
        continue;
      }
      const isBetweenLinkerd = [from, to].every(each => isInLinkerd(each, cluster));
      const own = portsOf(call, to);
      // The proxies of Linkerd connect to each other at one port, unless their installation has another transport.
      const ports = isBetweenAmbient
        ? [HBONE.number]
        : isBetweenLinkerd && own.length > 0
          ? [LINKERD_INBOUND.number, ...own]
          : own;
      const isBlocked = (direction: Direction, pod: Workload, peer: Workload) => {
        const rules = policies.rulesFor(pod, direction);
        return (
          rules !== undefined
          && ports.length > 0
          && !ports.some(port =>
            rules.some(
              `${port} of ${to.resource.type} ${to.resource.key}, ${peer.resource.type} ${peer.resource.key}`,
              rule => allows(rule, direction, pod, peer, tcp(port, namesOfPort(port, to)), cluster),
            ),
          )
        );
      };
      const blockedBy = isBlocked('ingress', to, from)
        ? { pod: to, direction: 'ingress', at: call.callee }
        : isBlocked('egress', from, to)
          ? { pod: from, direction: 'egress', at: call.caller }
          : undefined;
      const isDenied = () => isMember(membershipOf(to, cluster)) && denialOf(call.caller, call.callee, cluster);
      if (blockedBy && !isDenied()) {
        yield problem(
          evidenceOf(call),
          `${call.caller.name} calls ${call.callee.name}, and the NetworkPolicies of ${blockedBy.at.name} do `
            + `not allow its ${blockedBy.direction} on port ${[...new Set(ports)].join(', ')}.`,
          `Add a rule to the NetworkPolicies of ${blockedBy.at.name}.`,
        );
      }
    }
  },
};

/** Whether rules allow a port; pod IPs are unknown, so an ipBlock may include any. */
function allows(
  rule: Field,
  direction: Direction,
  pod: Workload,
  peer: Workload,
  port: PeerPort,
  cluster: Cluster,
): boolean {
  const peers = rule.get(direction === 'ingress' ? 'from' : 'to');
  return (
    allowsPort(rule, port)
    && (peers.items.some(each => each.get('ipBlock').exists) || allowsPeer(peers, pod.namespace, peer, cluster))
  );
}

const tcp = (number: number, names: readonly string[] = []): PeerPort => ({ number, names, protocol: 'TCP' });

/** The container ports of the callee that a call needs. */
function portsOf({ service, ports }: Call, callee: Workload): number[] {
  return service.spec
    .get('ports')
    .items.filter(each => ports.size === 0 || ports.has(each.get('port').number ?? 0))
    .flatMap(port => targetPortOf(port, callee) ?? []);
}
