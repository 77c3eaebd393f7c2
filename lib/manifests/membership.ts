import type { Cluster } from './cluster';
import type { Workload } from './workload';

/** How a workload is in the mesh. */
export enum Membership {
  /** By a proxy in each Pod. */
  SIDECAR = 'sidecar',
  /** By the proxy of its node. */
  AMBIENT = 'ambient',
  NONE = 'none',
}

/** How a workload is in the mesh, by the labels of its Pods and its namespace, in Istio's order of precedence. */
export function membershipOf(workload: Workload, cluster: Cluster): Membership {
  if (hasProxy(workload)) {
    return Membership.SIDECAR;
  }
  const { labels, annotations } = workload;
  if (annotations['ambient.istio.io/redirection'] === 'enabled') {
    return Membership.AMBIENT;
  }
  const asked = labels['sidecar.istio.io/inject'] ?? annotations['sidecar.istio.io/inject'];
  const namespace = cluster.namespaceLabels(workload.namespace);
  const isInjected = isInjectedNamespace(namespace) || (saysNothing(namespace) && Boolean(labels['istio.io/rev']));
  if (asked === undefined ? isInjected : asked === 'true' && namespace['istio-injection'] !== 'disabled') {
    return workload.pod.get('hostNetwork').isTrue ? Membership.NONE : Membership.SIDECAR;
  }
  const mode = labels['istio.io/dataplane-mode'] ?? namespace['istio.io/dataplane-mode'];
  return mode === 'ambient' ? Membership.AMBIENT : Membership.NONE;
}

/** Whether the Pods of a workload declare the proxy container already. */
export function hasProxy(workload: Workload): boolean {
  return workload.containers.some(each => each.get('name').text === 'istio-proxy');
}

/** Whether a namespace's labels enable injection: `istio-injection` before the revision. */
export function isInjectedNamespace(labels: Readonly<Record<string, string>>): boolean {
  const injection = labels['istio-injection'];
  return injection === undefined ? Boolean(labels['istio.io/rev']) : injection === 'enabled';
}

/** Whether a namespace leaves injection to the labels of its Pods. */
function saysNothing(labels: Readonly<Record<string, string>>): boolean {
  return labels['istio-injection'] === undefined && labels['istio.io/rev'] === undefined;
}

/** Whether a namespace's labels enable ambient mode. */
export function isAmbientNamespace(labels: Readonly<Record<string, string>>): boolean {
  return (
    labels['istio.io/dataplane-mode'] === 'ambient'
    && labels['istio-injection'] !== 'enabled'
    && !labels['istio.io/rev']
  );
}
