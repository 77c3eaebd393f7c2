import { ELSEWHERE, PODS_ELSEWHERE } from '../checks';
import { type ICallee, Service } from '../topology';

/**
 * The annotation of an object that refers to what other manifests declare, by which the checks and the simulator do not
 * report it as missing; none without names.
 */
export function elsewhere(...names: (readonly string[])[]): { annotations?: { [name: string]: string } } {
  const all = [...new Set(names.flat())];
  return all.length > 0 ? { annotations: { [ELSEWHERE]: all.join(',') } } : {};
}

/** The name of the pods of a service, if other manifests declare them. */
export function podsElsewhere({ exists, objects: { machines } }: Service): string[] {
  return exists && !machines?.addresses ? [PODS_ELSEWHERE] : [];
}

/** The host name of a callee, if other manifests declare its Service. */
export function hostElsewhere(callee: ICallee): string[] {
  return callee instanceof Service && (callee.isForeign || callee.hasService) ? [callee.host] : [];
}
