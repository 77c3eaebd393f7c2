import { type Cluster, embedded, type Field, Kind, type Resource } from '../../../manifests';

/** The ConfigMap of the injector for a namespace's revision. */
export function injectorOf(cluster: Cluster, revision: string | undefined): Resource | undefined {
  const name =
    revision === undefined || revision === '' || revision === 'default'
      ? 'istio-sidecar-injector'
      : `istio-sidecar-injector-${revision}`;
  return cluster.all(Kind.CONFIG_MAP).find(each => each.name === name);
}

/** The configuration of an injector. */
export function injectorValues(injector: Resource): Field {
  return embedded(injector.root.get('data', 'values'));
}

/** Whether the injector includes namespaces without labels. */
export function injectsByDefault(cluster: Cluster, namespace: Resource): boolean {
  const injector = injectorOf(cluster, namespace.labels['istio.io/rev']);
  return (
    injector !== undefined && injectorValues(injector).get('sidecarInjectorWebhook', 'enableNamespacesByDefault').isTrue
  );
}
