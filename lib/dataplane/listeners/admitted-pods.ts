import { type Cluster, type Field, Kind, type Labels, type Resource, selects } from '../../manifests';

/** Pods that no manifest has, and that a NetworkPolicy names as callers. */
export interface AdmittedPods {
  readonly namespace: string;
  readonly labels: Labels;
  readonly because: Resource;
}

/**
 * Where Pods with some labels may be, and with what further labels, so that a NetworkPolicy of their callees tells them
 * from others.
 */
export function admittedPods(labels: Labels, cluster: Cluster): AdmittedPods[] {
  return cluster.all(Kind.NETWORK_POLICY).flatMap(because =>
    because.spec
      .get('ingress')
      .items.flatMap(rule => rule.get('from').items)
      .flatMap(peer => {
        const further = peer.get('podSelector', 'matchLabels').strings;
        const isOther = Object.entries(further).some(([name, value]) => (labels[name] ?? value) !== value);
        return isOther
          ? []
          : namespacesOf(peer, because.namespace, cluster)
              .filter(namespace => cluster.workloads.select(further, namespace).length === 0)
              .map(namespace => ({ namespace, labels: { ...further, ...labels }, because }));
      }),
  );
}

/** The namespaces that a peer names, or selects among the manifests. */
function namespacesOf(peer: Field, own: string, cluster: Cluster): string[] {
  const selector = peer.get('namespaceSelector');
  if (!selector.exists) {
    return peer.get('podSelector').exists ? [own] : [];
  }
  const named = selector.get('matchLabels').strings[NAME];
  const listed = selector
    .get('matchExpressions')
    .items.filter(each => each.get('key').text === NAME)
    .flatMap(each => each.get('values').texts);
  const selected = cluster
    .all(Kind.NAMESPACE)
    .map(each => each.name)
    .filter(each => selects(selector, cluster.namespaceLabels(each)));
  return [...new Set([...(named === undefined ? [] : [named]), ...listed, ...selected])];
}

const NAME = 'kubernetes.io/metadata.name';
