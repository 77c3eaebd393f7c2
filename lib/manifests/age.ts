import { inOrder } from './lists';
import type { Resource } from './resource';

/** What decides which of two objects is the older one. */
export interface Age {
  /** The time of creation; empty if it is unknown. */
  readonly created: string;
  readonly name: string;
  readonly namespace: string;
}

export function ageOf({ metadata, name, namespace }: Resource): Age {
  return { created: metadata.get('creationTimestamp').text, name, namespace };
}

/** Objects in the order of their age, by which Istio resolves conflicts. */
export function byAge(resources: readonly Resource[]): Resource[] {
  return inOrderOfAge(resources, ageOf);
}

/**
 * The oldest one first. Where some have no time of creation, all are treated as created at one time, so that they are
 * ordered by name, then by namespace; routes of the Gateway API the other way round.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/model/config.go
 */
export function inOrderOfAge<T>(
  all: readonly T[],
  ageFor: (each: T) => Age,
  keys: readonly ('name' | 'namespace')[] = ['name', 'namespace'],
): T[] {
  const aged = all.map(each => ({ each, age: ageFor(each) }));
  const isDated = aged.every(({ age }) => age.created !== '');
  return aged
    .sort(
      (a, b) =>
        (isDated ? inOrder(a.age.created, b.age.created) : 0)
        || keys.reduce((result, key) => result || inOrder(a.age[key], b.age[key]), 0),
    )
    .map(({ each }) => each);
}
