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
 * ordered by name, then by namespace.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/model/config.go
 */
export function inOrderOfAge<T>(all: readonly T[], ageFor: (each: T) => Age): T[] {
  const isDated = all.every(each => ageFor(each).created !== '');
  return [...all].sort((a, b) => {
    const [one, other] = [ageFor(a), ageFor(b)];
    return (
      (isDated ? compare(one.created, other.created) : 0)
      || compare(one.name, other.name)
      || compare(one.namespace, other.namespace)
    );
  });
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
