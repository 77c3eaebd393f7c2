import type { Workload } from '../../manifests';

/** The names by which people mean a workload: its own, and that without the version at its end. */
export function namesOf({ name, labels }: Pick<Workload, 'name' | 'labels'>): readonly string[] {
  const ending = `-${labels.version ?? ''}`;
  return ending !== '-' && name.endsWith(ending) ? [name, name.slice(0, -ending.length)] : [name];
}
