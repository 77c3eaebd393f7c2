import type { Workload } from '../../manifests';

/** The names of a workload: its own, and the one without its version suffix. */
export function namesOf({ name, labels }: Pick<Workload, 'name' | 'labels'>): readonly string[] {
  const ending = `-${labels.version ?? ''}`;
  return ending !== '-' && name.endsWith(ending) ? [name, name.slice(0, -ending.length)] : [name];
}
