import { addTo } from './lists';
import { hasLabels, labelKeys, type Labels, mayHaveLabels } from './selector';
import type { Workload } from './workload';

/** Workloads by namespace and label, so that a selector is compared only with those that have its rarest label. */
export class Workloads {
  private readonly byNamespace = new Map<string, Workload[]>();
  private readonly byLabel = new Map<string, Workload[]>();

  constructor(readonly all: readonly Workload[]) {
    for (const workload of all) {
      addTo(this.byNamespace, workload.namespace, workload);
      for (const label of labelKeys(workload.labels)) {
        addTo(this.byLabel, `${workload.namespace}/${label}`, workload);
        addTo(this.byLabel, label, workload);
      }
    }
  }

  /** The workloads of a namespace. */
  in(namespace: string): readonly Workload[] {
    return this.byNamespace.get(namespace) ?? [];
  }

  /**
   * The workloads whose Pods a selector matches; an empty one matches all. Without a namespace, those of every
   * namespace.
   */
  select(selector: Labels, namespace?: string): readonly Workload[] {
    const lists = labelKeys(selector).map(
      label => this.byLabel.get(namespace === undefined ? label : `${namespace}/${label}`) ?? [],
    );
    const [shortest = namespace === undefined ? this.all : this.in(namespace)] = lists.sort(
      (a, b) => a.length - b.length,
    );
    return lists.length === 0 ? shortest : shortest.filter(each => mayHaveLabels(each.labels, selector));
  }

  /** The same for workloads of which the selector matches all Pods. */
  selectWhole(selector: Labels, namespace?: string): readonly Workload[] {
    return this.select(selector, namespace).filter(each => hasLabels(each.labels, selector));
  }
}
