import {
  type Cluster,
  declaredPorts,
  isInLinkerd,
  membershipOf,
  memo,
  NetworkPolicies,
  type Resource,
  type Workload,
} from '../../../manifests';

/** One workload of those at an end of a call that neither NetworkPolicies nor the mesh tell apart. */
export class Representatives {
  readonly ofCallers = memo((callers: ReadonlySet<Workload>) => this.distinct([...callers]));
  readonly ofCallee = memo((service: Resource) => this.distinct(this.cluster.selectedBy(service)));

  constructor(private readonly cluster: Cluster) {}

  private distinct(workloads: readonly Workload[]): readonly Workload[] {
    return workloads.length < 2
      ? workloads
      : [...new Map([...workloads].reverse().map(each => [this.groupOf(each), each])).values()].reverse();
  }

  private groupOf(workload: Workload): string {
    return [
      NetworkPolicies.of(this.cluster).groupOf(workload),
      membershipOf(workload, this.cluster),
      isInLinkerd(workload, this.cluster),
      ...declaredPorts(workload).map(each => `${each.get('name').text}=${each.get('containerPort').text}`),
    ].join();
  }
}
