import {
  Cluster,
  type KubernetesObject,
  NetworkPolicies,
  type Peer,
  resourcesOf,
  type Workload,
} from '../../lib/manifests';

/** What the NetworkPolicies among objects let through, asked by numbers of ports. */
export class Network {
  private readonly policies: NetworkPolicies;

  constructor(objects: readonly unknown[]) {
    this.policies = NetworkPolicies.of(new Cluster(resourcesOf(objects as KubernetesObject[])));
  }

  /** Whether a pod may connect to a port of another. */
  allows(from: Pod, to: Pod, port: number, protocol = 'TCP'): boolean {
    return this.policies.blocking(from, to, { number: port, names: [], protocol }).length === 0;
  }

  /** Whether a pod may connect to a port of an address outside the cluster. */
  allowsEgress(from: Pod, address: string, port: number, protocol = 'TCP'): boolean {
    return this.allows(from, outside(address), port, protocol);
  }

  /** Whether an address outside the cluster may connect to a port of a pod. */
  allowsIngress(address: string, to: Pod, port: number, protocol = 'TCP'): boolean {
    return this.allows(outside(address), to, port, protocol);
  }
}

/** What a NetworkPolicy sees of a pod. */
export type Pod = Peer;

/** The pods of all workloads among the objects. */
export function podsOf(objects: readonly unknown[]): ReadonlyMap<string, Workload> {
  const cluster = new Cluster(resourcesOf(objects as KubernetesObject[]));
  return new Map(cluster.workloads.all.map(each => [each.resource.key, each]));
}

function outside(address: string): Peer {
  return { namespace: '', labels: {}, address };
}
