import type { ContainerProps, Service, Topology } from '../topology';
import type { Target } from './target';
import type { Labels } from './topology-chart';

/**
 * The labels of the strictest Pod Security level that the pods of a topology in a namespace comply with. The API server
 * warns about workloads that do not comply, and rejects their pods if the level is enforced.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function podSecurityLabels(topology: Topology, mesh: Target, namespace: string, isEnforced = false): Labels {
  const isRestricted =
    !proxyNamespaces(topology, mesh).includes(namespace)
    && topology.services
      .filter(each => each.namespace === namespace)
      .every(service => containersOf(service).every(isRestrictedContainer));
  const level = isRestricted ? 'restricted' : 'baseline';
  return {
    'pod-security.kubernetes.io/warn': level,
    ...(isEnforced ? { 'pod-security.kubernetes.io/enforce': level } : {}),
  };
}

/**
 * The namespaces of the pods that istiod creates for gateways and waypoints: they have no seccomp profile.
 * @see https://github.com/istio/istio/blob/master/manifests/charts/istio-control/istio-discovery/files/kube-gateway.yaml
 */
function proxyNamespaces({ services, externals, edges }: Topology, mesh: Target): (string | undefined)[] {
  const tunnel = mesh.tunnel();
  return [
    ...edges.map(edge => mesh.gateway?.namespaceOf(edge)),
    ...[...services, ...externals].map(callee => tunnel?.proxyBefore(callee)?.namespace),
  ];
}

function containersOf({ versions }: Service): ContainerProps[] {
  return [...versions.values()].flatMap(({ workload }) => [
    workload,
    ...(workload.initContainers ?? []),
    ...(workload.containers ?? []),
  ]);
}

function isRestrictedContainer({ securityContext: { runAsRoot, capabilities = [] } = {} }: ContainerProps): boolean {
  return runAsRoot === undefined && capabilities.every(each => each === 'NET_BIND_SERVICE');
}
