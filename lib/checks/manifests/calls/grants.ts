import { type Cluster, Kind, matchesPattern, Membership, membershipOf, type Resource, Selecting, targetRefsOf, type Workload } from '../../../manifests';
import type { Node } from './node';

/** The AuthorizationPolicies that are for a node, of one action: by its labels, its Service, its namespace, or for the mesh. */
export function policiesFor(node: Node, cluster: Cluster, action = 'ALLOW'): Resource[] {
  const index = Selecting.of(cluster, Kind.AUTHORIZATION_POLICY, 'selector', 'matchLabels');
  const found = new Set([
    ...node.workloads.flatMap(each => index.selecting(each)),
    ...[node.namespace, cluster.mesh.rootNamespace].flatMap(each => index.defaults(each)),
    ...node.services.flatMap(each => policiesNaming('Service', each.key, cluster)),
  ]);
  return [...found].filter(policy => (policy.spec.get('action').text || 'ALLOW') === action);
}

/** The AuthorizationPolicies for pods, by their labels, their namespace, or for the mesh. */
export function policiesForPods(pods: readonly Workload[], cluster: Cluster): readonly Resource[] {
  const index = Selecting.of(cluster, Kind.AUTHORIZATION_POLICY, 'selector', 'matchLabels');
  return [...new Set([...pods.flatMap(each => [...index.selecting(each), ...index.defaults(each.namespace)]), ...index.defaults(cluster.mesh.rootNamespace)])];
}

/** The AuthorizationPolicies that name a Service or a Gateway in their targetRefs. */
export function policiesNaming(kind: 'Service' | 'Gateway', key: string, cluster: Cluster): readonly Resource[] {
  return targeting(cluster).get(`${kind} ${key}`) ?? [];
}

const TARGETING = new WeakMap<Cluster, Map<string, Resource[]>>();

function targeting(cluster: Cluster): Map<string, Resource[]> {
  const known = TARGETING.get(cluster);
  if (known) {
    return known;
  }
  const byTarget = new Map<string, Resource[]>();
  for (const policy of cluster.all(Kind.AUTHORIZATION_POLICY)) {
    for (const target of targetRefsOf(policy)) {
      const key = `${target.get('kind').text} ${policy.namespace}/${target.get('name').text}`;
      byTarget.set(key, [...byTarget.get(key) ?? [], policy]);
    }
  }
  TARGETING.set(cluster, byTarget);
  return byTarget;
}

/** Whether some rule of some ALLOW policy may let a caller in: by identity, namespace, or by asking for neither. */
export function mayCall(caller: Node, policies: readonly Resource[], cluster: Cluster): boolean {
  const identities = caller.identities(cluster);
  return policies.flatMap(each => each.spec.get('rules').items).some(rule => {
    const from = rule.get('from').items;
    return from.length === 0 || from.some(each => {
      const source = each.get('source');
      const [principals, namespaces, accounts] = ['principals', 'namespaces', 'serviceAccounts'].map(name => source.get(name).texts);
      return (principals?.length === 0 || identities.some(identity => principals?.some(pattern => matchesPattern(pattern, identity))))
        && (namespaces?.length === 0 || namespaces?.some(pattern => matchesPattern(pattern, caller.namespace)) === true)
        && (accounts?.length === 0 || caller.workloads.some(workload => accounts?.some(account => [workload.serviceAccount, `${workload.namespace}/${workload.serviceAccount}`].includes(account))))
        && !source.get('notPrincipals').texts.some(pattern => identities.every(identity => matchesPattern(pattern, identity)))
        && !source.get('notNamespaces').texts.some(pattern => matchesPattern(pattern, caller.namespace));
    });
  });
}

/** How a node is in the mesh: in the way of its first workload. */
export function membershipOfNode(node: Node, cluster: Cluster): Membership {
  const [first] = node.workloads;
  return first ? membershipOf(first, cluster) : Membership.NONE;
}
