import { type Cluster, type Field, Kind, Membership, membershipOf, type Resource, selects, type Workload } from '../../../manifests';
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
    const policies = policiesByNamespace(cluster);
    for (const call of CallGraph.of(cluster).calls) {
      const grants = policiesFor(call.callee, cluster);
      const [from, to] = [call.caller.workloads[0], call.callee.workloads[0]];
      if (!from || !to || (grants.length > 0 && !mayCall(call.caller, grants, cluster))) {
        continue;
      }
      const ports = portsOf(call, to);
      const isBlocked = (direction: 'ingress' | 'egress', pod: Workload, peer: Workload) => {
        const rules = rulesFor(pod, direction, policies);
        return rules !== undefined && ports.length > 0 && !ports.some(port => rules.some(rule => allowsPort(rule, port, to) && allowsPeer(rule.get(direction === 'ingress' ? 'from' : 'to'), pod.namespace, peer, cluster)));
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
    const policies = policiesByNamespace(cluster);
    for (const workload of cluster.workloads.all) {
      const membership = membershipOf(workload, cluster);
      const [ingress, egress] = [rulesFor(workload, 'ingress', policies), rulesFor(workload, 'egress', policies)];
      const at = workload.resource.metadata.get('name');
      if (egress && !egress.some(rule => allowsPort(rule, DNS, workload))) {
        yield problem(at, `The NetworkPolicies of ${workload.name} let nothing out on port ${DNS}, so it can resolve no name.`, 'Add an egress rule for port 53, UDP and TCP.');
      }
      if (egress && membership === Membership.SIDECAR && !egress.some(rule => allowsPort(rule, ISTIOD, workload))) {
        yield problem(at, `The NetworkPolicies of ${workload.name} let nothing out on port ${ISTIOD}, so its proxy gets neither certificate nor configuration.`, 'Add an egress rule to istiod on port 15012.');
      }
      if (ingress && ingress.length > 0 && membership === Membership.AMBIENT && !ingress.some(rule => allowsPort(rule, HBONE, workload))) {
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

function policiesByNamespace(cluster: Cluster): Map<Workload, Resource[]> {
  const byWorkload = new Map<Workload, Resource[]>();
  for (const policy of cluster.all(Kind.NETWORK_POLICY)) {
    const selector = policy.spec.get('podSelector');
    const labels = selector.get('matchLabels').strings;
    for (const workload of cluster.workloads.select(labels, policy.namespace).filter(each => selects(selector, each.labels))) {
      const members = byWorkload.get(workload);
      if (members) {
        members.push(policy);
      } else {
        byWorkload.set(workload, [policy]);
      }
    }
  }
  return byWorkload;
}

/** The rules of all policies of a pod for one direction; undefined if none is for it, so that all is let through. */
function rulesFor(workload: Workload, direction: 'ingress' | 'egress', policies: ReadonlyMap<Workload, readonly Resource[]>): Field[] | undefined {
  const concerned = (policies.get(workload) ?? []).filter(({ spec }) => {
    const types = spec.get('policyTypes').texts.map(each => each.toLowerCase());
    return types.length > 0 ? types.includes(direction) : direction === 'ingress' || spec.get('egress').exists;
  });
  return concerned.length === 0 ? undefined : concerned.flatMap(each => each.spec.get(direction).items);
}

/** Whether a rule is for a port, which may be one of the names of the callee's ports. */
function allowsPort(rule: Field, port: number, callee: Workload): boolean {
  const ports = rule.get('ports').items;
  const names = callee.containers.flatMap(each => each.get('ports').items).filter(each => each.get('containerPort').number === port).map(each => each.get('name').text);
  return ports.length === 0 || ports.some(each => {
    const from = each.get('port');
    const number = from.number;
    return !from.exists || names.includes(from.text) || (number !== undefined && port >= number && port <= (each.get('endPort').number ?? number));
  });
}

/** Whether the peers of a rule have a pod among them. Addresses are not known, so an ipBlock may hold any. */
function allowsPeer(peers: Field, namespace: string, pod: Workload, cluster: Cluster): boolean {
  return peers.items.length === 0 || peers.items.some(peer => {
    const [pods, namespaces] = [peer.get('podSelector'), peer.get('namespaceSelector')];
    return peer.get('ipBlock').exists
      || ((namespaces.exists ? selects(namespaces, cluster.namespaceLabels(pod.namespace)) : pod.namespace === namespace) && (!pods.exists || selects(pods, pod.labels)));
  });
}

/** The ports of the callee's containers that a call needs. */
function portsOf({ service, ports }: Call, callee: Workload): number[] {
  const declared = callee.containers.flatMap(each => each.get('ports').items);
  return service.spec.get('ports').items.filter(each => ports.size === 0 || ports.has(each.get('port').number ?? 0)).flatMap(port => {
    const target = port.get('targetPort').exists ? port.get('targetPort') : port.get('port');
    return target.number ?? declared.find(each => each.get('name').text === target.text)?.get('containerPort').number ?? [];
  });
}

