import type { Cluster, Labels, Workload } from '../../manifests';
import { Membership, membershipOf } from '../../manifests';
import { MESH, type Proxy } from './proxy';
import { Unsimulated } from '../messages/unsimulated';

/** The sender: a Pod, a gateway, or a client outside. */
export interface Caller {
  /** Its name in messages. */
  readonly title: string;
  /** Empty outside the cluster. */
  readonly namespace: string;
  readonly labels: Labels;
  readonly address?: string;
  /** Its proxy, if it is in the mesh. */
  readonly proxy?: Proxy;
}

/** A caller with a proxy. */
export interface ProxiedCaller extends Caller {
  readonly proxy: Proxy;
}

/** A workload as a caller. */
export function callerOf(workload: Workload, cluster: Cluster): Caller {
  const { name, namespace, labels } = workload;
  const membership = membershipOf(workload, cluster);
  if (membership === Membership.AMBIENT) {
    throw new Unsimulated(
      `${namespace}/${name} is in ambient mode.`,
      'Only workloads with sidecars, and those outside the mesh, are simulated.',
    );
  }
  const proxy =
    membership === Membership.SIDECAR
      ? {
          namespace,
          labels,
          identity: identityOf(namespace, workload.serviceAccount, cluster),
          gateways: [MESH],
          isGateway: false,
        }
      : undefined;
  return { title: `${namespace}/${name}`, namespace, labels, proxy };
}

/** An identity as in certificates, without `spiffe://`. */
export function identityOf(namespace: string, serviceAccount: string, cluster: Cluster): string {
  return `${cluster.mesh.trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}
