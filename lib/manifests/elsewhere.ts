import type { Cluster } from './cluster';
import type { Resource } from './resource';

/**
 * The annotation of an object that names what it refers to and other manifests declare, separated by commas: `pods` for
 * those that it selects, host names of Services, and identities of callers.
 */
export const ELSEWHERE = 'cardinal.cdk8s.io/elsewhere';

/** The name of the pods that an object selects, in {@link ELSEWHERE}. */
export const PODS_ELSEWHERE = 'pods';

/** Whether an object states that what it refers to by that name is declared in other manifests. */
export function isElsewhere(resource: Resource, name: string): boolean {
  return namesElsewhere(resource).includes(name.toLowerCase());
}

/** The host names that objects of a cluster state to be declared in other manifests, and none in these does. */
export function hostsElsewhere(cluster: Cluster): ReadonlySet<string> {
  const known =
    HOSTS.get(cluster) ?? new Set(cluster.resources.flatMap(hostsOf).filter(each => !isHere(each, cluster)));
  HOSTS.set(cluster, known);
  return known;
}

/** The host names among what an object states to be declared in other manifests. */
export function hostsOf(resource: Resource): string[] {
  return namesElsewhere(resource).filter(each => each !== PODS_ELSEWHERE && !each.includes('/'));
}

const HOSTS = new WeakMap<Cluster, ReadonlySet<string>>();

function isHere(host: string, cluster: Cluster): boolean {
  return cluster.hosts.all.some(each => each.name.toLowerCase() === host);
}

function namesElsewhere({ metadata }: Resource): string[] {
  const { text } = metadata.get('annotations', ELSEWHERE);
  return text === '' ? [] : text.split(',').map(each => each.trim().toLowerCase());
}
