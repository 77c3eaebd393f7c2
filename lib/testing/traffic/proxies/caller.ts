import type { Cluster, Labels, Workload } from '../../../manifests';
import { Membership, membershipOf } from '../../../manifests';
import { MESH, type Proxy } from './proxy';
import { Unsimulated } from '../unsimulated';

/** Who sends: a Pod, a gateway, or somebody outside. */
export interface Caller {
  /** As sentences name it. */
  readonly title: string;
  /** Empty for what is outside the cluster. */
  readonly namespace: string;
  readonly labels: Labels;
  readonly address?: string;
  /** Its proxy, if it is in the mesh. */
  readonly proxy?: Proxy;
}

/** One who sends through a proxy of its own. */
export interface ProxiedCaller extends Caller {
  readonly proxy: Proxy;
}

/** A workload as one who sends. */
export function callerOf(workload: Workload, cluster: Cluster): Caller {
  const { name, namespace, labels } = workload;
  const membership = membershipOf(workload, cluster);
  if (membership === Membership.AMBIENT) {
    throw new Unsimulated(`${namespace}/${name} is in ambient mode.`, 'Only workloads with sidecars, and those outside the mesh, are simulated.');
  }
  const proxy = membership === Membership.SIDECAR
    ? { namespace, labels, identity: identityOf(namespace, workload.serviceAccount, cluster), gateways: [MESH], isGateway: false }
    : undefined;
  return { title: `${namespace}/${name}`, namespace, labels, proxy };
}

/** An identity as certificates have it, without `spiffe://`. */
export function identityOf(namespace: string, serviceAccount: string, cluster: Cluster): string {
  return `${cluster.mesh.trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}
