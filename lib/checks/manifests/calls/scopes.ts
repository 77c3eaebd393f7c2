import { type Cluster, covers, fullHost, Kind, type Resource, Selecting } from '../../../manifests';
import type { Node } from './node';

/** The Sidecar that a node's proxies have: one that selects them, else that of the namespace, else that of the mesh; undefined if they know everything. */
export function egressFor(node: Node, cluster: Cluster): Resource | undefined {
  const index = Selecting.of(cluster, Kind.SIDECAR, 'workloadSelector', 'labels');
  const selecting = node.workloads.flatMap(each => index.selecting(each)).find(each => each.namespace === node.namespace);
  const found = selecting ?? index.defaults(node.namespace)[0] ?? index.defaults(cluster.mesh.rootNamespace)[0];
  return found?.spec.get('egress').items.length ? found : undefined;
}

/** Whether a Sidecar has the host of a node. */
export function knowsHost(sidecar: Resource, node: Node, cluster: Cluster): boolean {
  return node.services.some(service => knows(sidecar, service.namespace, fullHost(service.name, service.namespace, cluster.clusterDomain), cluster));
}

/** Whether a Sidecar has a host of a namespace. */
export function knows(sidecar: Resource, namespace: string, host: string, cluster: Cluster): boolean {
  return sidecar.spec.get('egress').items.flatMap(each => each.get('hosts').texts).some(text => {
    const [scope = '', name = ''] = text.split('/');
    const place = scope === '.' ? sidecar.namespace : scope;
    return (place === '*' || place === namespace) && covers(fullHost(name, sidecar.namespace, cluster.clusterDomain), host);
  });
}
