import type { Cluster } from './cluster';
import { addTo } from './lists';
import { memo, memoByKey } from './memo';
import { type Direction, NetworkPolicies } from './network-policies';
import { blockOfPods } from './pod-blocks';
import type { Field } from './resource';
import { selects } from './selector';
import type { Workload } from './workload';

/**
 * The workloads that NetworkPolicies admit to others on some port at least, found by the selectors of the policies: the
 * effort grows with the number of admitted pairs, not with that of all pairs.
 */
export class AdmittedPeers {
  /** Those of a cluster, found once. */
  static readonly of = memo((cluster: Cluster) => new AdmittedPeers(cluster));

  /** The workloads whose ingress no policy restricts. */
  private readonly unrestricted = new Set<Workload>();
  private readonly callees = new Map<Workload, Workload[]>();
  private readonly namespaces: readonly string[];
  private readonly inRules = memoByKey((rules: readonly Field[], direction: Direction) => this.union(rules, direction));
  private readonly inList = memoByKey((_list: object, namespace: string, peers: Field) => this.find(peers, namespace));

  private constructor(private readonly cluster: Cluster) {
    this.namespaces = [...new Set(cluster.workloads.all.map(each => each.namespace))];
    for (const callee of cluster.workloads.all) {
      const callers = this.peersOf(callee, 'ingress');
      if (callers) {
        callers.forEach(each => addTo(this.callees, each, callee));
      } else {
        this.unrestricted.add(callee);
      }
    }
  }

  /** The workloads to which the policies of both sides may admit connections of a workload. */
  calleesOf(caller: Workload): readonly Workload[] {
    const peers = this.peersOf(caller, 'egress');
    const admitting = this.callees.get(caller) ?? [];
    return peers
      ? [...admitting.filter(each => peers.has(each)), ...[...peers].filter(each => this.unrestricted.has(each))]
      : [...admitting, ...this.unrestricted];
  }

  /** The peers in the rules of the policies of a Pod; undefined if all are, or may be by their addresses. */
  private peersOf(pod: Workload, direction: Direction): Peers {
    const rules = NetworkPolicies.of(this.cluster).rulesFor(pod, direction);
    const [general, own] = rules ? [this.inRules(rules.general, direction), this.union(rules.own, direction)] : [];
    return general && own && (own.size === 0 ? general : new Set([...general, ...own]));
  }

  private union(rules: readonly Field[], direction: Direction): Peers {
    const lists = rules.map(rule => {
      const peers = rule.get(direction === 'ingress' ? 'from' : 'to');
      return Array.isArray(peers.value) && peers.value.length > 0
        ? this.inList(peers.value, peers.resource.namespace, peers)
        : undefined;
    });
    return lists.includes(undefined) ? undefined : new Set(lists.flatMap(each => each ?? []));
  }

  private find(peers: Field, namespace: string): readonly Workload[] | undefined {
    if (blockOfPods(peers)) {
      return undefined;
    }
    return peers.items.flatMap(each => {
      const [pods, namespaces] = [each.get('podSelector'), each.get('namespaceSelector')];
      const found = namespaces.exists
        ? this.namespaces.filter(name => selects(namespaces, this.cluster.namespaceLabels(name)))
        : [namespace];
      return each.get('ipBlock').exists
        ? []
        : found.flatMap(name =>
            this.cluster.workloads
              .select(pods.get('matchLabels').strings, name)
              .filter(({ labels }) => selects(pods, labels)),
          );
    });
  }
}

/** Undefined for all. */
type Peers = ReadonlySet<Workload> | undefined;
