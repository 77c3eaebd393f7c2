import type { MeshSettings } from './mesh-settings';

/** The mesh configuration that the topologies rely on. @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/ */
export function meshConfig({ trustDomain, tracing }: MeshSettings): object {
  return {
    trustDomain: trustDomain ?? 'cluster.local',
    // What nobody declared is refused, for pods without a Sidecar too.
    outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
    // No retry that nobody declared: at a gateway only this can say so.
    defaultHttpRetryPolicy: { attempts: 0 },
    // Policies and routes read the same path.
    pathNormalization: { normalization: 'MERGE_SLASHES' },
    // An application that starts before its proxy would see its first calls fail.
    defaultConfig: { holdApplicationUntilProxyStarts: true },
    extensionProviders: tracing
      ? [{ name: tracing.provider, opentelemetry: { service: tracing.host('cluster.local'), port: tracing.port } }]
      : undefined,
  };
}
