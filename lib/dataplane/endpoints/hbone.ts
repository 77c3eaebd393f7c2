import { type Cluster, embedded, type Workload } from '../../manifests';

/** Whether the sidecar of a workload accepts HBONE for certain: by the settings of its Pods, or those of all proxies. */
export function acceptsHbone(workload: Workload, cluster: Cluster): boolean {
  return settingOf('ISTIO_META_ENABLE_HBONE', workload, cluster) === 'true';
}

/** Whether the settings of a sidecar may disable HBONE for what it sends. */
export function isHboneDisabled(workload: Workload, cluster: Cluster): boolean {
  return !['', 'false'].includes(settingOf('ISTIO_META_DISABLE_HBONE_SEND', workload, cluster));
}

/**
 * A value of `proxyMetadata`, of which those of the Pods precede those of the mesh configuration.
 * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig
 */
function settingOf(name: string, { template }: Workload, cluster: Cluster): string {
  const ofPods = embedded(template.get('metadata', 'annotations', 'proxy.istio.io/config')).get('proxyMetadata', name);
  return ofPods.exists ? ofPods.text : (cluster.mesh.get('defaultConfig', 'proxyMetadata', name)?.text ?? '');
}
