import type { Resource } from './resource';

/**
 * Objects in the order of their age, by which Istio resolves conflicts. Objects without times of creation are treated as
 * created at one time, so that they are ordered by name, then by namespace.
 */
export function byAge(resources: readonly Resource[]): Resource[] {
  const created = ({ metadata }: Resource) => metadata.get('creationTimestamp').text;
  const isDated = resources.every(each => created(each) !== '');
  const key = (each: Resource) => `${isDated ? created(each) : ''} ${each.name}.${each.namespace}`;
  return [...resources].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
