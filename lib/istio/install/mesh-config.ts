import { authorizersOf } from './authorizers';
import type { TelemetryBackend } from '../../kubernetes';
import { TlsVersion } from '../../topology';
import type { MeshSettings } from './mesh-settings';

/**
 * The mesh configuration that the topologies require.
 * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/
 */
export function meshConfig(settings: MeshSettings): object {
  const { trustDomain, trustDomainAliases, tracing, accessLog, minTlsVersion, topologies = [] } = settings;
  const providers = [
    ...(tracing ? [{ name: tracing.provider, [tracing.provider]: addressOf(tracing) }] : []),
    ...(accessLog?.backend ? [{ name: accessLog.provider, envoyOtelAls: addressOf(accessLog.backend) }] : []),
    ...topologies.flatMap(authorizersOf),
  ];
  return {
    trustDomain: trustDomain ?? 'cluster.local',
    trustDomainAliases,
    meshMTLS: minTlsVersion && { minProtocolVersion: PROTOCOLS[minTlsVersion] },
    // Undeclared external hosts are blocked by default, also for pods without a Sidecar.
    outboundTrafficPolicy: { mode: settings.outboundTraffic?.isAny ? 'ALLOW_ANY' : 'REGISTRY_ONLY' },
    // No undeclared retries: for gateways this is the only setting that disables them.
    defaultHttpRetryPolicy: { attempts: 0 },
    // Policies and routes match the same normalized path.
    pathNormalization: { normalization: 'MERGE_SLASHES' },
    // The first calls of an application that starts before its proxy would fail.
    defaultConfig: { holdApplicationUntilProxyStarts: true },
    extensionProviders: providers.length > 0 ? providers : undefined,
  };
}

const PROTOCOLS = { [TlsVersion.V1_2]: 'TLSV1_2', [TlsVersion.V1_3]: 'TLSV1_3' } as const;

function addressOf(backend: TelemetryBackend): object {
  return { service: backend.host('cluster.local'), port: backend.port };
}
