import { byAge } from './age';
import type { Cluster } from './cluster';
import { addTo } from './lists';
import { memoByKey } from './memo';
import type { Resource } from './resource';
import type { Workload } from './workload';

/** Objects of one type by the workloads that they select, so that not every pair is compared. */
export class Selecting {
  /** Computed once for a cluster. The path is that of the labels in the spec. */
  static readonly of = memoByKey(
    (cluster: Cluster, type: string, ...path: string[]) => new Selecting(cluster, type, path),
  );

  private readonly byWorkload = new Map<Workload, Resource[]>();
  private readonly byNamespace = new Map<string, Resource[]>();

  private constructor(cluster: Cluster, type: string, path: readonly string[]) {
    for (const resource of byAge(cluster.all(type)).filter(
      each => !each.spec.get('targetRef').exists && each.spec.get('targetRefs').items.length === 0,
    )) {
      const labels = resource.spec.get(...path).strings;
      if (Object.keys(labels).length === 0) {
        addTo(this.byNamespace, resource.namespace, resource);
      } else {
        const namespace = resource.namespace === cluster.mesh.rootNamespace ? undefined : resource.namespace;
        cluster.workloads.select(labels, namespace).forEach(workload => addTo(this.byWorkload, workload, resource));
      }
    }
  }

  /** The objects that select a workload; those of the root namespace may select any. */
  selecting(workload: Workload): readonly Resource[] {
    return this.byWorkload.get(workload) ?? [];
  }

  /** The objects for a whole namespace. */
  defaults(namespace: string): readonly Resource[] {
    return this.byNamespace.get(namespace) ?? [];
  }
}
