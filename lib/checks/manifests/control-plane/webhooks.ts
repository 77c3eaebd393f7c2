import { type Cluster, type Field, Kind, type Resource } from '../../../manifests';

export function hooksOf(resource: Resource): Field[] {
  return resource.root.get('webhooks').items;
}

export function externalConfigs(cluster: Cluster): { config: Field; url: Field }[] {
  const validating = cluster
    .all(Kind.VALIDATING_WEBHOOK)
    .filter(each => each.name === 'istiod-default-validator' || each.name.startsWith('istio-validator'));
  const mutating = cluster.all(Kind.MUTATING_WEBHOOK).filter(each => each.name.startsWith('istio-sidecar-injector'));
  return [...validating, ...mutating]
    .flatMap(hooksOf)
    .map(hook => hook.get('clientConfig'))
    .map(config => ({ config, url: config.get('url') }));
}
