import { gatewayListeners, policiesFor, policyTargetOf, unlessUnsimulated } from '../../dataplane';
import {
  addTo,
  ByLabel,
  type Cluster,
  isDryRun,
  Kind,
  memo,
  Membership,
  membershipOf,
  type Resource,
  selects,
  targetRefsOf,
  type Workload,
} from '../../manifests';

const OF_PROXIES: readonly string[] = [
  Kind.AUTHORIZATION_POLICY,
  Kind.REQUEST_AUTHENTICATION,
  Kind.PEER_AUTHENTICATION,
];

/** The policies of a cluster, with the workloads and objects that each applies to. */
export class PolicyScope {
  private readonly scopes = new Map<string, string[]>();
  private readonly byWorkload = new Map<string, Resource[]>();

  /** The policies that apply at gateways, to requests from outside. */
  readonly ofGateways: readonly Resource[];

  constructor(cluster: Cluster) {
    const targets = (unlessUnsimulated(() => gatewayListeners(cluster)) ?? []).map(policyTargetOf);
    this.ofGateways = [
      ...targets.flatMap(target => OF_PROXIES.flatMap(type => policiesFor(target, type, cluster))),
      ...cluster.resources.filter(each => targetRefsOf(each).length > 0 && !OF_PROXIES.includes(each.type)),
    ];
    for (const workload of cluster.workloads.all) {
      const policies = [...ofProxy(workload, cluster), ...ofNetwork(workload, cluster)];
      this.byWorkload.set(titleOf(workload), policies);
      policies.forEach(each => addTo(this.scopes, idOf(each), titleOf(workload)));
    }
    const titles = new Set(cluster.resources.map(({ kind, key }) => `${kind} ${key}`));
    for (const policy of cluster.resources) {
      targetRefsOf(policy)
        .map(at => `${at.get('kind').text} ${policy.namespace}/${at.get('name').text}`)
        .filter(target => titles.has(target))
        .forEach(target => addTo(this.scopes, idOf(policy), target));
    }
  }

  /** The policies that apply to no workload and no object here, but did before. */
  lostSince(
    before: PolicyScope,
    cluster: Cluster,
  ): readonly { readonly policy: Resource; readonly was: readonly string[] }[] {
    return cluster.resources.flatMap(policy => {
      const was = before.scopes.get(idOf(policy)) ?? [];
      return was.length > 0 && !this.scopes.has(idOf(policy)) ? [{ policy, was: [...new Set(was)].sort() }] : [];
    });
  }

  /** The policies that apply to a workload, as `namespace/name`. */
  of(workload: string): readonly Resource[] {
    return this.byWorkload.get(workload) ?? [];
  }
}

/** The type, namespace and name of an object. */
export function idOf({ type, key }: Resource): string {
  return `${type} ${key}`;
}

function titleOf({ namespace, name }: Workload): string {
  return `${namespace}/${name}`;
}

function ofProxy(workload: Workload, cluster: Cluster): Resource[] {
  if (membershipOf(workload, cluster) === Membership.NONE) {
    return [];
  }
  const { namespace, labels } = workload;
  const target = { namespace, labels };
  return OF_PROXIES.flatMap(type => policiesFor(target, type, cluster)).filter(each => !isDryRun(each));
}

function ofNetwork({ namespace, labels }: Workload, cluster: Cluster): Resource[] {
  return networkPolicies(cluster)
    .candidates(namespace, labels)
    .filter(each => selects(each.spec.get('podSelector'), labels));
}

const networkPolicies = memo(
  (cluster: Cluster) =>
    new ByLabel(cluster.all(Kind.NETWORK_POLICY), each => each.spec.get('podSelector', 'matchLabels').strings),
);
