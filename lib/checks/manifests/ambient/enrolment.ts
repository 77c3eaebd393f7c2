import { type Cluster, isAmbientNamespace, Kind, type Labels, Membership, membershipOf, type Resource, type Workload } from '../../../manifests';

const USE = 'istio.io/use-waypoint';

/** Whether traffic is led through a waypoint: by the object's label, else by its namespace's; `none` says no. */
export function isEnrolled(labels: Labels, namespace: Labels): boolean {
  return waypointNamed(labels, namespace) !== undefined;
}

/** The name of the waypoint that an object uses. */
export function waypointNamed(labels: Labels, namespace: Labels): string | undefined {
  const name = labels[USE] ?? namespace[USE];
  return name === undefined || name === '' || name === 'none' ? undefined : name;
}

/** Whether a namespace is in ambient mode. */
export function isAmbient(namespace: string, cluster: Cluster): boolean {
  return isAmbientNamespace(cluster.namespaceLabels(namespace));
}

/** The waypoint that a workload uses, if it is declared. */
export function waypointOf(workload: Workload, cluster: Cluster): Resource | undefined {
  const namespace = cluster.namespaceLabels(workload.namespace);
  const name = waypointNamed(workload.labels, namespace);
  const place = workload.labels['istio.io/use-waypoint-namespace'] ?? namespace['istio.io/use-waypoint-namespace'] ?? workload.namespace;
  return name === undefined ? undefined : cluster.find(Kind.GATEWAY, name, place);
}

/** Whether what selects workloads by labels, in an ambient namespace, is for some that no waypoint serves. */
export function missesWaypoint(selector: Labels, namespace: string, cluster: Cluster): boolean {
  const labels = cluster.namespaceLabels(namespace);
  const workloads = Object.keys(selector).length === 0 ? [] : cluster.workloads.select(selector, namespace).filter(each => !isGateway(each));
  return workloads.length === 0 ? !isEnrolled({}, labels) : workloads.some(each => !isEnrolled(each.labels, labels));
}

/** Whether a workload is itself a proxy for others. */
export function isGateway({ labels }: Workload): boolean {
  return 'gateway.networking.k8s.io/gateway-name' in labels || 'gateway.istio.io/managed' in labels;
}

/** Whether a workload is in ambient mode, and no gateway. */
export function isAmbientWorkload(workload: Workload, cluster: Cluster): boolean {
  return !isGateway(workload) && membershipOf(workload, cluster) === Membership.AMBIENT;
}
