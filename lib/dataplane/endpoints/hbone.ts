import { type Cluster, embeddedValue, isMap, type Workload } from '../../manifests';

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
function settingOf(name: string, { annotations }: Workload, cluster: Cluster): string {
  const ofPods = embeddedValue(annotations['proxy.istio.io/config'] ?? '');
  const [value = ''] = [ofPods, cluster.mesh.get('defaultConfig')?.value].flatMap(config => {
    const settings = isMap(config) && isMap(config.proxyMetadata) ? config.proxyMetadata : {};
    return settings[name] === undefined ? [] : [String(settings[name])];
  });
  return value;
}
