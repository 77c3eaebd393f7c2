import type { ContainerProps, Service, Topology } from '../topology';
import type { Labels } from './topology-chart';

/**
 * The label by which the API server rejects pods in a namespace that do not comply with a Pod Security level: the
 * strictest one that the containers of the topology comply with.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function podSecurityLabels({ services }: Topology, namespace: string): Labels {
  const isRestricted = services
    .filter(each => each.namespace === namespace)
    .every(service => containersOf(service).every(isRestrictedContainer));
  return { 'pod-security.kubernetes.io/enforce': isRestricted ? 'restricted' : 'baseline' };
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
