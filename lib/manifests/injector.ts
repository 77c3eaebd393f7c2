import type { Cluster } from './cluster';
import { embedded } from './embedded';
import { Kind } from './kinds';
import type { Field, Resource } from './resource';
import type { Labels } from './selector';

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

/** Whether the injector of a namespace includes namespaces whose labels do not decide. */
export function injectsByDefault(cluster: Cluster, namespace: Labels): boolean {
  const injector = injectorOf(cluster, namespace['istio.io/rev']);
  return (
    injector !== undefined && injectorValues(injector).get('sidecarInjectorWebhook', 'enableNamespacesByDefault').isTrue
  );
}
