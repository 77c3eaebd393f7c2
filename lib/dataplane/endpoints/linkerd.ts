import { type Cluster, linkerdSetting, type Workload } from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';
import type { Caller } from './caller';
import { hasPort } from './capture';
import type { Connection } from './connection';
import { hasLinkerdProxy } from './membership';

/** The port at which proxies of Linkerd accept the connections of each other, as in its charts. */
export const LINKERD_INBOUND = { number: 4143, names: [], protocol: 'TCP' } as const;

/**
 * A connection to Pods of Linkerd, with the identity of a caller that has one; undefined if no proxy is before the port.
 * Throws for a caller in another mesh.
 */
export function linkerdConnection(
  { title, proxy, linkerd: identity }: Caller,
  workload: Workload,
  port: number,
  cluster: Cluster,
): Connection['linkerd'] {
  if (!hasLinkerdProxy(workload, cluster) || hasPort(linkerdSetting(workload, 'skip-inbound-ports', cluster), port)) {
    return undefined;
  }
  if (proxy?.identity !== undefined) {
    throw new Unsimulated(
      `${title} is in the mesh of Istio, and ${workload.namespace}/${workload.name} in that of Linkerd.`,
      'Test it in a cluster, or put both in one mesh.',
    );
  }
  return identity ? { identity } : {};
}
