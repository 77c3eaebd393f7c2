import { createHash } from 'node:crypto';
import { ApiObject } from 'cdk8s';
import { ConfigMap, Volume } from 'cdk8s-plus-27';
import type { Service } from '../topology';
import { refine } from './as-written';
import type { ITopologyChart } from './topology-chart';
import { withoutDefaults } from './workload/without-defaults';

/**
 * Mounts files into the pods of a service: a ConfigMap, mounted as a directory, which may be mounted with other files
 * already. Its hash is an annotation of the pods, so a change triggers a rollout.
 */
export function mountFiles(
  chart: ITopologyChart,
  service: Service,
  directory: string,
  files: { readonly [name: string]: string },
): void {
  const mounted = chart.scopeOf(service).node.tryFindChild('files') as ConfigMap | undefined;
  const configMap = mounted ?? mountedConfigMap(chart, service, directory);
  Object.entries(files).forEach(([name, text]) => {
    configMap.addData(name, text);
  });
  const hash = createHash('sha256').update(JSON.stringify(configMap.data)).digest('hex').slice(0, 16);
  for (const version of service.versions.keys()) {
    chart.deployment(service, version).podMetadata.addAnnotation('cdk8s-cardinal/files', hash);
  }
}

function mountedConfigMap(chart: ITopologyChart, service: Service, directory: string): ConfigMap {
  const scope = chart.scopeOf(service);
  const { name, namespace } = service;
  const configMap = new ConfigMap(scope, 'files', { metadata: { name: `${name}-files`, namespace } });
  refine(ApiObject.of(configMap), withoutDefaults);
  const volume = Volume.fromConfigMap(scope, 'files-volume', configMap, { name: 'files' });
  for (const version of service.versions.keys()) {
    chart
      .deployment(service, version)
      .containers.forEach(container => container.mount(directory, volume, { readOnly: true }));
  }
  return configMap;
}
