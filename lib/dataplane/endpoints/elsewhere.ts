import { type Cluster, type Host, hostsElsewhere, isElsewhere, Kind, PODS_ELSEWHERE } from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';

/** The host that a name means for a Pod of a namespace, if only other manifests declare it. */
export function hostElsewhere(name: string, namespace: string, cluster: Cluster): string | undefined {
  const plain = name.toLowerCase().replace(/\.$/, '');
  const { clusterDomain } = cluster;
  const names = [
    plain,
    `${plain}.${clusterDomain}`,
    `${plain}.svc.${clusterDomain}`,
    `${plain}.${namespace}.svc.${clusterDomain}`,
  ];
  return names.find(each => hostsElsewhere(cluster).has(each));
}

/** Whether only other manifests declare a host, or the Pods behind it. */
export function isBehindElsewhere(host: string, cluster: Cluster): boolean {
  return (
    hostsElsewhere(cluster).has(host) || cluster.hosts.named(host, '').some(each => arePodsElsewhere(each, cluster))
  );
}

/** Whether only other manifests declare the Pods of a host. */
export function arePodsElsewhere({ resource }: Pick<Host, 'resource'>, cluster: Cluster): boolean {
  return (
    resource.type === Kind.SERVICE && isElsewhere(resource, PODS_ELSEWHERE) && cluster.selectedBy(resource).length === 0
  );
}

/** Throws {@link Unsimulated} for what only other manifests declare. */
export function rejectElsewhere(what: string, isSo: boolean): void {
  if (isSo) {
    throw new Unsimulated(
      `${what} is declared in other manifests.`,
      'Simulate both together: the policies there are unknown.',
    );
  }
}
