import type { Resource } from './resource';

/** Objects in the order of their age, by which Istio chooses of two: those of manifests are taken to be made at one time, which is by name, then by namespace. */
export function byAge(resources: readonly Resource[]): Resource[] {
  const key = ({ name, namespace }: Resource) => `${name}.${namespace}`;
  return [...resources].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
