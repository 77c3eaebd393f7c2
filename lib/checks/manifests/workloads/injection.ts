import { IGNORED_NAMESPACES, isAmbientNamespace, type Resource } from '../../../manifests';

/** Namespaces of Kubernetes or of the control plane. */
export const IGNORED = new Set(['istio-system', ...IGNORED_NAMESPACES]);

export function saysNothing(namespace: Resource): boolean {
  const { labels } = namespace;
  return (
    !IGNORED.has(namespace.name)
    && (labels['istio-injection'] ?? '') === ''
    && !('istio.io/rev' in labels)
    && !isAmbientNamespace(labels)
    && labels['istio.io/dataplane-mode'] !== 'ambient'
  );
}
