import { EgressHosts, sidecarOf } from '../../../dataplane';
import {
  type Cluster,
  fullHost,
  Membership,
  membershipOf,
  memo,
  type Resource,
  type Workload,
} from '../../../manifests';
import type { Node } from './node';

/** The Sidecar that restricts the hosts of a workload's proxy; undefined if it has all, or there is no such proxy. */
export const egressFor = memo((workload: Workload, cluster: Cluster): Resource | undefined => {
  if (![Membership.SIDECAR, Membership.UNKNOWN].includes(membershipOf(workload, cluster))) {
    return undefined;
  }
  const found = sidecarOf(workload, cluster);
  return found?.spec.get('egress').items.length ? found : undefined;
});

/** The Sidecar by which the proxy of a workload lacks the host of a node. */
export function egressWithout(node: Node, workload: Workload, cluster: Cluster): Resource | undefined {
  const sidecar = egressFor(workload, cluster);
  const isIncluded =
    !sidecar
    || node.services.some(({ name, namespace }) =>
      includes(sidecar, workload, namespace, fullHost(name, namespace, cluster.clusterDomain)),
    );
  return isIncluded ? undefined : sidecar;
}

/** Whether a Sidecar includes a host of a namespace for the proxy of a workload. */
export function includes(sidecar: Resource, workload: Workload, namespace: string, host: string): boolean {
  return EgressHosts.of(sidecar, workload.namespace).some(each => each.includes(namespace, host));
}
