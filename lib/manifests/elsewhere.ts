import type { Cluster } from './cluster';
import { memo } from './memo';
import type { Resource } from './resource';

/**
 * The annotation of an object that names what it refers to and other manifests declare, separated by commas: `pods` for
 * those that it selects, host names of Services, identities of callers, and `namespace/NAME`.
 */
export const ELSEWHERE = 'cardinal.cdk8s.io/elsewhere';

/** The name of the pods that an object selects, in {@link ELSEWHERE}. */
export const PODS_ELSEWHERE = 'pods';

/** Whether an object states that what it refers to by that name is declared in other manifests. */
export function isElsewhere(resource: Resource, name: string): boolean {
  return namesElsewhere(resource).includes(name.toLowerCase());
}

/** The host names that objects of a cluster state to be declared in other manifests, and none in these does. */
export const hostsElsewhere = memo((cluster: Cluster): ReadonlySet<string> => {
  const here = new Set(cluster.hosts.all.map(each => each.name.toLowerCase()));
  return new Set(cluster.resources.flatMap(hostsOf).filter(each => !here.has(each)));
});

/** The host names among what an object states to be declared in other manifests. */
export function hostsOf(resource: Resource): string[] {
  return namesElsewhere(resource).filter(each => each !== PODS_ELSEWHERE && !each.includes('/'));
}

function namesElsewhere({ metadata }: Resource): string[] {
  const { text } = metadata.get('annotations', ELSEWHERE);
  return text === '' ? [] : text.split(',').map(each => each.trim().toLowerCase());
}
