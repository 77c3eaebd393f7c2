import type { Cluster, Labels, Workload } from '../../manifests';
import { type Party, unreadKindFor } from './kinds';

/** Whether something that is not simulated may decide whether one workload reaches another. */
export function isUnreadBetween(from: Party, workload: Workload | undefined, cluster: Cluster): boolean {
  return unreadKindFor([from, ...(workload ? [serverOf(workload)] : [])], cluster) !== undefined;
}

/** What sends from within the cluster. */
export function clientOf({ namespace, labels }: { readonly namespace: string; readonly labels: Labels }): Party {
  return { namespace, labels, role: 'client' };
}

export function serverOf({ namespace, labels }: Workload): Party {
  return { namespace, labels, role: 'server' };
}
