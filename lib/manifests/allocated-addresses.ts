import type { Cluster } from './cluster';

/** Whether proxies answer DNS queries for ServiceEntries without addresses with addresses of their own. */
export function allocatesAddresses(cluster: Cluster): boolean {
  const metadata = cluster.mesh.get('defaultConfig', 'proxyMetadata')?.strings ?? {};
  return (
    metadata.ISTIO_META_DNS_CAPTURE === 'true'
    && (metadata.ISTIO_META_DNS_AUTO_ALLOCATE === 'true' || metadata.PILOT_ENABLE_IP_AUTOALLOCATE === 'true')
  );
}
