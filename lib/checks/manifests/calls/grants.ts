import {
  addTo,
  type Cluster,
  Kind,
  matchesPattern,
  Membership,
  membershipOf,
  memo,
  memoByKey,
  type Resource,
  Selecting,
  targetRefsOf,
  type Workload,
} from '../../../manifests';
import type { Node } from './node';

/**
 * The AuthorizationPolicies that are for a node, of one action: by its labels, its Service, its namespace, or for the
 * mesh.
 */
export function policiesFor(node: Node, cluster: Cluster, action = 'ALLOW'): readonly Resource[] {
  return findPolicies(node, action, cluster);
}

const findPolicies = memoByKey((node: Node, action: string, cluster: Cluster): Resource[] => {
  const index = Selecting.of(cluster, Kind.AUTHORIZATION_POLICY, 'selector', 'matchLabels');
  const found = new Set([
    ...node.workloads.flatMap(each => index.selecting(each)),
    ...[node.namespace, cluster.mesh.rootNamespace].flatMap(each => index.defaults(each)),
    ...node.services.flatMap(each => policiesNaming('Service', each.key, cluster)),
  ]);
  return [...found].filter(policy => actionOf(policy) === action);
});

/** The AuthorizationPolicies for pods, by their labels, their namespace, or for the mesh. */
export function policiesForPods(pods: readonly Workload[], cluster: Cluster): readonly Resource[] {
  const index = Selecting.of(cluster, Kind.AUTHORIZATION_POLICY, 'selector', 'matchLabels');
  return [
    ...new Set([
      ...pods.flatMap(each => [...index.selecting(each), ...index.defaults(each.namespace)]),
      ...index.defaults(cluster.mesh.rootNamespace),
    ]),
  ];
}

/** The AuthorizationPolicies that name a Service or a Gateway in their targetRefs. */
export function policiesNaming(kind: 'Service' | 'Gateway', key: string, cluster: Cluster): readonly Resource[] {
  return targeting(cluster).get(`${kind} ${key}`) ?? [];
}

const targeting = memo((cluster: Cluster): Map<string, Resource[]> => {
  const byTarget = new Map<string, Resource[]>();
  for (const policy of cluster.all(Kind.AUTHORIZATION_POLICY)) {
    for (const target of targetRefsOf(policy)) {
      const key = `${target.get('kind').text} ${policy.namespace}/${target.get('name').text}`;
      addTo(byTarget, key, policy);
    }
  }
  return byTarget;
});

/** Whether some rule of some ALLOW policy may let a caller in: by identity, namespace, or by asking for neither. */
export function mayCall(caller: Node, policies: readonly Resource[], cluster: Cluster): boolean {
  const identities = caller.identities(cluster);
  const accounts = new Set(
    caller.workloads.flatMap(each => [each.serviceAccount, `${each.namespace}/${each.serviceAccount}`]),
  );
  return policies.some(policy =>
    sourcesIn(policy).some(
      source =>
        !source
        || ((source.principals.length === 0
          || identities.some(identity => source.principals.some(pattern => matchesPattern(pattern, identity))))
          && (source.namespaces.length === 0
            || source.namespaces.some(pattern => matchesPattern(pattern, caller.namespace)))
          && (source.serviceAccounts.length === 0 || source.serviceAccounts.some(each => accounts.has(each)))
          && !source.notPrincipals.some(pattern => identities.every(identity => matchesPattern(pattern, identity)))
          && !source.notNamespaces.some(pattern => matchesPattern(pattern, caller.namespace))),
    ),
  );
}

/** Whether a policy allows callers that it does not name. */
export const admitsStrangers = memo((policy: Resource): boolean =>
  sourcesIn(policy).some(
    source => !source || source.principals.length === 0 || source.principals.some(each => each.includes('*')),
  ),
);

const actionOf = memo((policy: Resource): string => policy.spec.get('action').text || 'ALLOW');

const NAMES = ['principals', 'namespaces', 'serviceAccounts', 'notPrincipals', 'notNamespaces'] as const;

type Source = Readonly<Record<(typeof NAMES)[number], readonly string[]>>;

/** The sources of the rules of a policy, read once; undefined for a rule without conditions on the caller. */
const sourcesIn = memo((policy: Resource): readonly (Source | undefined)[] =>
  policy.spec
    .get('rules')
    .items.map(rule => rule.get('from').items.map(each => each.get('source')))
    .flatMap((from): (Source | undefined)[] =>
      from.length === 0
        ? [undefined]
        : from.map(
            source => Object.fromEntries(NAMES.map(name => [name, source.get(name).texts])) as unknown as Source,
          ),
    ),
);

/** How a node is in the mesh: in the way of its first workload. */
export function membershipOfNode(node: Node, cluster: Cluster): Membership {
  const [first] = node.workloads;
  return first ? membershipOf(first, cluster) : Membership.NONE;
}
