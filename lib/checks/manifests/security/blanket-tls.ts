import {
  blanketRules,
  type Cluster,
  defaultOf,
  Kind,
  meshMode,
  type Mode,
  namespaceMode,
  type Resource,
} from '../../../manifests';

/** A wildcard DestinationRule for the mesh or a namespace, and the PeerAuthentication settings of its pods. */
export interface Blanket {
  readonly rule: Resource;
  /** The client TLS mode. */
  readonly mode: string;
  /** The namespace of the rule's hosts; undefined for those of the mesh. */
  readonly namespace?: string;
  /** The namespaces whose PeerAuthentication applies to the pods; empty, if that of the mesh applies or none exists. */
  readonly asking: readonly string[];
  readonly asked?: Mode;
}

/**
 * Every such rule with the pods of its namespace or of the mesh, and with the namespaces that differ from the mesh and
 * have no such rule of their own.
 */
export function blankets(cluster: Cluster): Blanket[] {
  const rules = blanketRules(cluster);
  const ruled = new Set(rules.filter(each => each.mode !== '').map(each => each.namespace));
  const byMode = namespacesByMode(cluster, ruled);
  return rules.flatMap(({ rule, mode, namespace }): Blanket[] => {
    if (namespace === undefined) {
      return [
        { rule, mode, asking: [], asked: meshMode(cluster) },
        ...[...byMode].map(([asked, asking]) => ({ rule, mode, asking, asked })),
      ];
    }
    const own = namespaceMode(namespace, cluster);
    return [{ rule, mode, namespace, asking: own ? [namespace] : [], asked: own ?? meshMode(cluster) }];
  });
}

function namespacesByMode(cluster: Cluster, ruled: ReadonlySet<string | undefined>): ReadonlyMap<Mode, string[]> {
  const byMode = new Map<Mode, string[]>();
  for (const policy of cluster.all(Kind.PEER_AUTHENTICATION)) {
    const mode = policy === defaultOf(policy.namespace, cluster) ? namespaceMode(policy.namespace, cluster) : undefined;
    if (mode && policy.namespace !== cluster.mesh.rootNamespace && !ruled.has(policy.namespace)) {
      const namespaces = byMode.get(mode) ?? [];
      namespaces.push(policy.namespace);
      byMode.set(mode, namespaces);
    }
  }
  return byMode;
}
