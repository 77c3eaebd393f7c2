import {
  type AuthorizationInput,
  authorizeBy,
  identityOf,
  policiesFor,
  type PolicyTarget,
  type Verdict,
} from '../../../dataplane';
import {
  type Cluster,
  type Field,
  Kind,
  Membership,
  membershipOf,
  memo,
  modeFor,
  type Resource,
  targetPortOf,
  type Workload,
} from '../../../manifests';
import type { Node } from './node';

/** The AuthorizationPolicies that are for a node: for its Pods, and in ambient mode for its Services. */
export const policiesOf = memo((node: Node, cluster: Cluster): readonly Resource[] => [
  ...new Set(targetsOf(node, cluster).flatMap(target => policiesFor(target, Kind.AUTHORIZATION_POLICY, cluster))),
]);

/** The verdict of a node that denies every request of another one; undefined if it may allow some. */
export function denialOf(caller: Node, callee: Node, cluster: Cluster): Verdict | undefined {
  const clients = caller.workloads.map(each => ({ identity: assumedIdentity(each, cluster), unknown: ANY_REQUEST }));
  const anonymous = hasPlaintextPort(callee, cluster) ? [{ unknown: ANY_REQUEST }] : [];
  return denial(callee, [...clients, ...anonymous], cluster);
}

/** Whether callers have no identity at some port of a node, since it accepts plain text only. */
const hasPlaintextPort = memo(({ services, workloads }: Node, cluster: Cluster): boolean => {
  const ports = services.flatMap(each => each.spec.get('ports').items);
  return workloads.some(workload => ports.some(port => isPlaintextPort(port, workload, cluster)));
});

/** Whether a workload accepts plain text only at a port of a Service. */
export function isPlaintextPort(port: Field, workload: Workload, cluster: Cluster): boolean {
  return modeFor(workload, cluster, targetPortOf(port, workload)) === 'DISABLE';
}

/** Whether a node may allow requests of callers that its policies do not name in full. */
export function admitsStrangers(node: Node, cluster: Cluster): boolean {
  return denial(node, [{ unknown: ANY_STRANGER }], cluster) === undefined;
}

const ANY_REQUEST: AuthorizationInput['unknown'] = new Set(['port', 'server name']);
const ANY_STRANGER: AuthorizationInput['unknown'] = new Set(['port', 'server name', 'unnamed identity']);

interface Client {
  readonly identity?: string;
  readonly unknown: AuthorizationInput['unknown'];
}

/** The last verdict, if all Pods deny every request of all clients. */
function denial(node: Node, clients: readonly Client[], cluster: Cluster): Verdict | undefined {
  let last: Verdict | undefined;
  for (const target of targetsOf(node, cluster)) {
    for (const { identity, unknown } of clients) {
      const connection = { namespace: '', labels: {}, identity, port: { number: 0, names: [], protocol: 'TCP' } };
      const policies = policiesFor(target, Kind.AUTHORIZATION_POLICY, cluster);
      last = authorizeBy(policies, { connection, isTcp: false, unknown }, cluster);
      if (last.isAllowed !== false) {
        return undefined;
      }
    }
  }
  return last;
}

/** In ambient mode policies for a Service apply at its waypoint; sidecars do not have them. */
const targetsOf = memo((node: Node, cluster: Cluster): readonly PolicyTarget[] =>
  node.workloads.map(workload =>
    membershipOf(workload, cluster) === Membership.AMBIENT
      ? { namespace: workload.namespace, labels: workload.labels, services: node.services }
      : workload,
  ),
);

/** None without a proxy; one is assumed where that is not known. */
function assumedIdentity(workload: Workload, cluster: Cluster): string | undefined {
  const { namespace, serviceAccount } = workload;
  return membershipOf(workload, cluster) === Membership.NONE
    ? undefined
    : identityOf(namespace, serviceAccount, cluster);
}

/** How a node is in the mesh: in the way of its first workload. */
export function membershipOfNode(node: Node, cluster: Cluster): Membership {
  const [first] = node.workloads;
  return first ? membershipOf(first, cluster) : Membership.NONE;
}
