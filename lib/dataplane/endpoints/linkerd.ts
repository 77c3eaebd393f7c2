import { type Cluster, linkerdSetting, type Workload } from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';
import type { Caller } from './caller';
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
  if (!hasLinkerdProxy(workload, cluster) || isSkipped(workload, port, cluster)) {
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

/** Whether connections to a port do not pass the proxy, by ports and ranges of ports. */
function isSkipped(workload: Workload, port: number, cluster: Cluster): boolean {
  return (linkerdSetting(workload, 'skip-inbound-ports', cluster) ?? '')
    .split(',')
    .filter(each => each.trim() !== '')
    .some(each => {
      const [first = NaN, last = first] = each.split('-').map(Number);
      return first <= port && port <= last;
    });
}
