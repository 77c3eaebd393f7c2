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
  type Workload,
} from '../../../manifests';
import { HBONE, LINKERD_INBOUND } from '../../../dataplane';
import { Severity } from '../../finding';
import { denialOf } from '../../manifests/calls/grants';
import { calledPorts } from '../../manifests/calls/called-ports';
import { CallGraph } from '../../manifests/calls/graph';
import { type Call, evidenceOf, type Node } from '../../manifests/calls/node';
import { waypointOf } from '../../manifests/ambient/enrolment';
import { type Check, problem } from '../../manifests/check';
import { Representatives } from './representatives';

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
    const representatives = new Representatives(cluster);
    for (const call of CallGraph.of(cluster).calls) {
      const blocked = blockedPair(call, representatives, cluster);
      if (blocked && !(isMember(membershipOf(blocked.to, cluster)) && denialOf(call.caller, call.callee, cluster))) {
        const { pod, direction, at, ports } = blocked;
        const which = at.workloads.length > 1 ? ` of ${pod.resource.kind} ${pod.name}` : '';
        yield problem(
          evidenceOf(call),
          `${call.caller.name} calls ${call.callee.name}, and the NetworkPolicies of ${at.name} do `
            + `not allow the ${direction}${which} on port ${[...new Set(ports)].join(', ')}.`,
          `Add a rule to the NetworkPolicies of ${at.name}.`,
        );
      }
    }
  },
};

interface Blocked {
  readonly to: Workload;
  /** The workload whose policies block the call, and its node. */
  readonly pod: Workload;
  readonly at: Node;
  readonly direction: Direction;
  readonly ports: readonly number[];
}

/** The first workloads of both ends between which policies block the connections of a call. */
function blockedPair(call: Call, representatives: Representatives, cluster: Cluster): Blocked | undefined {
  for (const from of representatives.ofCallers(call.callers)) {
    for (const to of representatives.ofCallee(call.service)) {
      const blocked = blockedBetween(from, to, call, cluster);
      if (blocked) {
        return blocked;
      }
    }
  }
  return undefined;
}

function blockedBetween(from: Workload, to: Workload, call: Call, cluster: Cluster): Blocked | undefined {
  const isBetweenAmbient = [from, to].every(each => membershipOf(each, cluster) === Membership.AMBIENT);
  if (isBetweenAmbient && call.callee.services.some(each => waypointOf(each, cluster))) {
    // Each of them connects to the waypoint, not to the other.
    return undefined;
  }
  const isBetweenLinkerd = [from, to].every(each => isInLinkerd(each, cluster));
  const own = calledPorts(call, to);
  // The proxies of Linkerd connect to each other at one port, unless their installation has another transport.
  const ports = isBetweenAmbient
    ? [HBONE.number]
    : isBetweenLinkerd && own.length > 0
      ? [LINKERD_INBOUND.number, ...own]
      : own;
  const isBlocked = (direction: Direction, pod: Workload, peer: Workload) => {
    const rules = NetworkPolicies.of(cluster).rulesFor(pod, direction);
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
  return isBlocked('ingress', to, from)
    ? { to, pod: to, at: call.callee, direction: 'ingress', ports }
    : isBlocked('egress', from, to)
      ? { to, pod: from, at: call.caller, direction: 'egress', ports }
      : undefined;
}

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
