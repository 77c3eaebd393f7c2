import { addTo, type Cluster, covers, fullHost, Kind, type Resource, Selecting } from '../../../manifests';
import type { Node } from './node';

/**
 * The Sidecar that applies to a node's proxies: one that selects them, else that of the namespace, else that of the
 * mesh; undefined if their scope is unrestricted.
 */
export function egressFor(node: Node, cluster: Cluster): Resource | undefined {
  const index = Selecting.of(cluster, Kind.SIDECAR, 'workloadSelector', 'labels');
  const selecting = node.workloads
    .flatMap(each => index.selecting(each))
    .find(each => each.namespace === node.namespace);
  const found = selecting ?? index.defaults(node.namespace)[0] ?? index.defaults(cluster.mesh.rootNamespace)[0];
  return found?.spec.get('egress').items.length ? found : undefined;
}

/** Whether a Sidecar includes the host of a node. */
export function knowsHost(sidecar: Resource, node: Node, cluster: Cluster): boolean {
  return node.services.some(service =>
    knows(sidecar, service.namespace, fullHost(service.name, service.namespace, cluster.clusterDomain), cluster),
  );
}

/** Whether a Sidecar includes a host of a namespace. */
export function knows(sidecar: Resource, namespace: string, host: string, cluster: Cluster): boolean {
  const { exact, patterns } = hostsOf(sidecar, cluster);
  return ['*', namespace].some(
    scope => exact.has(`${scope}/${host}`) || patterns.get(scope)?.some(each => covers(each, host)) === true,
  );
}

interface ScopeHosts {
  /** Prefixed with their namespace, or `*`. */
  readonly exact: ReadonlySet<string>;
  /** Those with a wildcard, by namespace or `*`. */
  readonly patterns: ReadonlyMap<string, readonly string[]>;
}

const HOSTS = new WeakMap<Resource, ScopeHosts>();

function hostsOf(sidecar: Resource, { clusterDomain }: Cluster): ScopeHosts {
  let hosts = HOSTS.get(sidecar);
  if (!hosts) {
    const exact = new Set<string>();
    const patterns = new Map<string, string[]>();
    for (const text of new Set(sidecar.spec.get('egress').items.flatMap(each => each.get('hosts').texts))) {
      const [scope = '', name = ''] = text.split('/');
      const place = scope === '.' ? sidecar.namespace : scope;
      const host = fullHost(name, sidecar.namespace, clusterDomain);
      if (host.startsWith('*')) {
        addTo(patterns, place, host);
      } else {
        exact.add(`${place}/${host}`);
      }
    }
    hosts = { exact, patterns };
    HOSTS.set(sidecar, hosts);
  }
  return hosts;
}
