import type { Cluster } from './cluster';
import { injectsByDefault } from './injector';
import { Kind } from './kinds';
import { memo } from './memo';
import type { Labels } from './selector';
import type { Workload } from './workload';

/** How a workload is in the mesh. */
export enum Membership {
  /** By a proxy in each Pod. */
  SIDECAR = 'sidecar',
  /** By the proxy of its node. */
  AMBIENT = 'ambient',
  NONE = 'none',
  /** Neither the Pods nor the manifests about their namespace decide. */
  UNKNOWN = 'unknown',
}

/** Namespaces that the injector ignores. */
export const IGNORED_NAMESPACES: readonly string[] = [
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'local-path-storage',
];

/**
 * How a workload is in the mesh, by the labels of its Pods and its namespace, in Istio's order of precedence. Unknown
 * if its Pods leave it to a namespace that is not declared, unless the manifests have nothing of Istio.
 */
export const membershipOf = memo((workload: Workload, cluster: Cluster): Membership => {
  if (hasProxy(workload)) {
    return Membership.SIDECAR;
  }
  const { labels, annotations } = workload;
  if (annotations['ambient.istio.io/redirection'] === 'enabled') {
    return Membership.AMBIENT;
  }
  const asked = labels[INJECT] ?? annotations[INJECT];
  const isHostNetwork = workload.pod.get('hostNetwork').isTrue;
  if (asked !== 'false' && isSelectedByInjector(workload, cluster)) {
    return isHostNetwork ? Membership.NONE : Membership.SIDECAR;
  }
  const mode =
    labels['istio.io/dataplane-mode'] ?? cluster.namespaceLabels(workload.namespace)['istio.io/dataplane-mode'];
  return mode === 'ambient' && !isHostNetwork
    ? Membership.AMBIENT
    : asked !== 'false' && mode === undefined && !isHostNetwork && isUndecided(workload.namespace, cluster)
      ? Membership.UNKNOWN
      : Membership.NONE;
});

const INJECT = 'sidecar.istio.io/inject';

/**
 * Whether the injector is asked about the Pods of a workload: labels of the namespace and of the Pods decide this, and
 * annotations of the Pods do not.
 * @see https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
 */
function isSelectedByInjector(workload: Workload, cluster: Cluster): boolean {
  const { labels, namespace } = workload;
  const ofNamespace = cluster.namespaceLabels(namespace);
  const label = labels[INJECT];
  return (
    !IGNORED_NAMESPACES.includes(namespace)
    && (isInjectedNamespace(ofNamespace)
      || (saysNothing(ofNamespace)
        && (label === 'true'
          || Boolean(labels['istio.io/rev'])
          || (label === undefined && isInjectedByDefault(workload, cluster)))))
  );
}

function isInjectedByDefault({ namespace }: Workload, cluster: Cluster): boolean {
  const labels = cluster.namespaceLabels(namespace);
  return (
    cluster.isDeclared(namespace)
    && labels['istio.io/dataplane-mode'] === undefined
    && injectsByDefault(cluster, labels)
  );
}

/**
 * Whether the labels of a namespace could add its Pods to a mesh and are not known: it is not declared, or its
 * kustomization changes it.
 */
function isUndecided(namespace: string, cluster: Cluster): boolean {
  const isChanged = cluster.find(Kind.NAMESPACE, namespace)?.origin?.isChanged === true;
  const isKnown = cluster.isDeclared(namespace) && !(isChanged && saysNothing(cluster.namespaceLabels(namespace)));
  return !isKnown && !IGNORED_NAMESPACES.includes(namespace) && hasIstio(cluster);
}

/**
 * Whether manifests have anything of Istio: an object, a label by which Pods are in the mesh, or a Gateway of one of
 * its classes.
 */
export const hasIstio = memo(
  (cluster: Cluster) =>
    cluster.mesh.isKnown
    || cluster.resources.some(each => each.type.endsWith('.istio.io'))
    || cluster.all(Kind.NAMESPACE).some(({ labels }) => isInjectedNamespace(labels) || isAmbientNamespace(labels))
    || cluster.workloads.all.some(
      each => ({ ...each.annotations, ...each.labels })[INJECT] === 'true' || hasProxy(each),
    )
    || cluster.all(Kind.GATEWAY).some(each => /^istio(-|$)/.test(each.spec.get('gatewayClassName').text)),
);

/** Whether a workload is in the mesh for certain. */
export function isMember(membership: Membership): boolean {
  return membership === Membership.SIDECAR || membership === Membership.AMBIENT;
}

/** Whether the Pods of a workload declare the proxy container already. */
export function hasProxy(workload: Workload): boolean {
  return workload.containers.some(each => each.get('name').text === 'istio-proxy');
}

/** Whether a namespace's labels enable injection: `istio-injection` before the revision. */
export function isInjectedNamespace(labels: Labels): boolean {
  const injection = labels['istio-injection'];
  return injection === undefined ? Boolean(labels['istio.io/rev']) : injection === 'enabled';
}

/** Whether a namespace leaves injection to the labels of its Pods. */
function saysNothing(labels: Labels): boolean {
  return labels['istio-injection'] === undefined && labels['istio.io/rev'] === undefined;
}

/** Whether a namespace's labels enable ambient mode. */
export function isAmbientNamespace(labels: Labels): boolean {
  return (
    labels['istio.io/dataplane-mode'] === 'ambient'
    && labels['istio-injection'] !== 'enabled'
    && !labels['istio.io/rev']
  );
}
