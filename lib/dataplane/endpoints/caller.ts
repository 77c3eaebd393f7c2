import {
  type Cluster,
  type Labels,
  linkerdSetting,
  Membership,
  membershipOf,
  memoByKey,
  type Workload,
} from '../../manifests';
import { type Capture, captureOfSidecar, hasPort } from './capture';
import { isHboneDisabled } from './hbone';
import type { Machine } from './endpoints';
import { hasLinkerdProxy, hasSidecar } from './membership';
import { MESH, type Proxy } from './proxy';

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
  /** Its identity, if its proxy is one of Linkerd. */
  readonly linkerd?: LinkerdIdentity;
  /** What its proxy handles, if that is not all that it sends. */
  readonly captures?: Capture;
}

/** A ServiceAccount, as the identity of a proxy of Linkerd proves it. */
export interface LinkerdIdentity {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** A caller with a proxy. */
export interface ProxiedCaller extends Caller {
  readonly proxy: Proxy;
}

/** A workload as a caller. */
export function callerOf(workload: Workload, cluster: Cluster): Caller {
  return knownCaller(cluster, workload);
}

const knownCaller = memoByKey((cluster: Cluster, workload: Workload): Caller => {
  const { name, namespace, labels } = workload;
  const proxy = hasSidecar(workload, cluster)
    ? {
        namespace,
        labels,
        identity: identityOf(namespace, workload.serviceAccount, cluster),
        gateways: [MESH],
        isGateway: false,
        ...(isHboneDisabled(workload, cluster) ? { mayDisableHbone: true } : {}),
      }
    : undefined;
  const linkerd = hasLinkerdProxy(workload, cluster)
    ? { namespace, serviceAccount: workload.serviceAccount }
    : undefined;
  const captures = proxy ? captureOfSidecar(workload.annotations) : linkerd && captureOfLinkerd(workload, cluster);
  return {
    title: `${namespace}/${name}`,
    namespace,
    labels,
    proxy,
    ...(linkerd ? { linkerd } : {}),
    ...(captures ? { captures } : {}),
  };
});

function captureOfLinkerd(workload: Workload, cluster: Cluster): Capture | undefined {
  const skipped = linkerdSetting(workload, 'skip-outbound-ports', cluster);
  return skipped === undefined ? undefined : ({ port }) => !hasPort(skipped, port);
}

/** A workload as a caller, with a sidecar, in ambient mode or without a proxy. */
export function anyCallerOf(workload: Workload, cluster: Cluster): Caller {
  if (membershipOf(workload, cluster) !== Membership.AMBIENT) {
    return callerOf(workload, cluster);
  }
  const { name, namespace, labels } = workload;
  const identity = identityOf(namespace, workload.serviceAccount, cluster);
  const proxy = { namespace, labels, identity, gateways: [], isGateway: false, isZtunnel: true };
  return { title: `${namespace}/${name}`, namespace, labels, proxy };
}

/** A machine as a caller. */
export function callerAt({ entry, namespace, labels }: Machine, cluster: Cluster): ProxiedCaller {
  const identity = identityOf(namespace, entry.spec.get('serviceAccount').text, cluster);
  const proxy = { namespace, labels, identity, gateways: [MESH], isGateway: false };
  return { title: entry.key, namespace: '', labels: {}, address: entry.spec.get('address').text, proxy };
}

/** An identity as in certificates, without `spiffe://`. */
export function identityOf(namespace: string, serviceAccount: string, cluster: Cluster): string {
  return `${cluster.mesh.trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}
