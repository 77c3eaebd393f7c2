import { type Cluster, isMap, type KubernetesObject, type Resource, resourcesOf } from '../../manifests';
import { isEmpty, isSame, patchesOf } from './patches';
import { isEquivalent, isServerMetadata } from './rest';

/** How much of the manifests the model has. */
export interface Coverage {
  readonly total: number;
  readonly carried: number;
  /** In percent, with one decimal, rounded down. */
  readonly percent: number;
  /** The fields that are not carried over. */
  readonly lost: readonly string[];
}

interface Covered {
  readonly rendered: readonly Resource[];
  readonly kept: readonly KubernetesObject[];
  readonly counterparts: ReadonlyMap<Resource, Resource>;
  readonly expressed: ReadonlySet<Resource>;
}

/**
 * The fields of the manifests, by what is left of them: the same value in the rendered object, or a declaration that
 * stands for it.
 */
export function coverageOf(cluster: Cluster, { rendered, kept, counterparts, expressed }: Covered): Coverage {
  const after = new Map([...rendered, ...resourcesOf(kept)].map(each => [`${each.type} ${each.key}`, each]));
  const lost: string[] = [];
  let total = 0;
  let missing = 0;
  for (const resource of cluster.resources) {
    const count = leavesOf(resource.object, []);
    total += count;
    const counterpart = counterparts.get(resource);
    const key = counterpart ? `${counterpart.type} ${counterpart.key}` : `${resource.type} ${resource.key}`;
    const found = after.get(key);
    if (expressed.has(resource)) {
      continue;
    }
    if (found) {
      const title = found.labels['app.kubernetes.io/name'];
      // The label `app` of the objects themselves is `app.kubernetes.io/name` in the model.
      const differences = patchesOf(
        resource.object,
        found.object,
        (path, value) => isEquivalent(path, value) || (path.join() === 'metadata,labels,app' && value === title),
      );
      for (const each of differences) {
        missing += Math.max(1, leavesOf(each.value, []));
        lost.push(`${resource.kind} ${resource.key} ${each.path}`);
      }
    } else {
      missing += count;
      lost.push(`${resource.kind} ${resource.key}`);
    }
  }
  const carried = total - missing;
  return { total, carried, percent: total === 0 ? 100 : Math.floor((carried / total) * 1000) / 10, lost };
}

function leavesOf(value: unknown, path: readonly (string | number)[]): number {
  if (isServerMetadata(path) && path.length > 0) {
    return 0;
  }
  return Array.isArray(value)
    ? value.reduce<number>((sum, each, index) => sum + leavesOf(each, [...path, index]), 0)
    : isMap(value)
      ? Object.entries(value).reduce((sum, [name, each]) => sum + leavesOf(each, [...path, name]), 0)
      : isEmpty(value) || isSame(path, ['kind'])
        ? 0
        : 1;
}
