import { type Cluster, hostsElsewhere, hostsOf, Kind, Selecting, type Workload } from '../../manifests';
import { callerOf } from '../endpoints/caller';
import type { TrafficPath, TrafficPathEnd } from './path-ends';

/** To hosts that only other manifests declare, as the NetworkPolicies of the workload state. */
export function pathsElsewhere(workload: Workload, cluster: Cluster): TrafficPath[] {
  const elsewhere = hostsElsewhere(cluster);
  const hosts = Selecting.of(cluster, Kind.NETWORK_POLICY, 'podSelector', 'matchLabels')
    .selecting(workload)
    .flatMap(hostsOf)
    .filter(each => elsewhere.has(each));
  return [...new Set(hosts)].map(host => ({
    from: callerOf(workload, cluster).title,
    to: host,
    when: '',
    isForAll: true,
    terms: [],
    ends: [unknownEnd(host)],
  }));
}

/** Pods whose policies are unknown. */
export function unknownEnd(destination: string): TrafficPathEnd {
  return { destination, isReached: true, share: 1, isAllowed: undefined };
}
