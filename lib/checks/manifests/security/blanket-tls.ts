import { blanketRules, type Cluster, defaultOf, Kind, meshMode, type Mode, namespaceMode, type Resource } from '../../../manifests';

/** A DestinationRule for the mesh or a namespace, and pods that it is for, by who says what they take. */
export interface Blanket {
  readonly rule: Resource;
  /** What callers are told to speak. */
  readonly mode: string;
  /** The namespace of the rule's hosts; undefined for those of the mesh. */
  readonly namespace?: string;
  /** The namespace whose PeerAuthentication says what the pods take; undefined for that of the mesh, or if none does. */
  readonly asking?: string;
  readonly asked?: Mode;
}

/** Every such rule with the pods of its namespace, or of the mesh, and with those of each namespace that differs from the mesh and has no such rule of its own. */
export function blankets(cluster: Cluster): Blanket[] {
  const rules = blanketRules(cluster);
  const ruled = new Set(rules.filter(each => each.mode !== '').map(each => each.namespace));
  const asking = [...new Set(cluster.all(Kind.PEER_AUTHENTICATION).map(each => each.namespace))]
    .filter(each => each !== cluster.mesh.rootNamespace && defaultOf(each, cluster) && namespaceMode(each, cluster));
  return rules.flatMap(({ rule, mode, namespace }) => namespace === undefined
    ? [{ rule, mode, asked: meshMode(cluster) }, ...asking.filter(each => !ruled.has(each)).map(each => ({ rule, mode, asking: each, asked: namespaceMode(each, cluster) }))]
    : [{ rule, mode, namespace, ...(namespaceMode(namespace, cluster) ? { asking: namespace, asked: namespaceMode(namespace, cluster) } : { asked: meshMode(cluster) }) }]);
}
