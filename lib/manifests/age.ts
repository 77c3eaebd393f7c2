import type { Resource } from './resource';

/**
 * Objects in the order of their age, by which Istio resolves conflicts: objects of manifests are treated as created at
 * one time, so that they are ordered by name, then by namespace.
 */
export function byAge(resources: readonly Resource[]): Resource[] {
  const key = ({ name, namespace }: Resource) => `${name}.${namespace}`;
  return [...resources].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
