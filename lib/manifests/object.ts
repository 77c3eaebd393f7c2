/** The metadata of a Kubernetes object. */
interface ObjectMeta {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly labels?: { readonly [key: string]: string };
  readonly annotations?: { readonly [key: string]: string };
}

/** A Kubernetes object as it is written in a file: its other fields are `unknown`, since they are not validated. */
export interface KubernetesObject {
  /** The group and version of its API, e.g. `apps/v1`. */
  readonly apiVersion: string;
  /** The kind, e.g. `Deployment`. */
  readonly kind: string;
  /** The metadata. */
  readonly metadata: ObjectMeta;
  /** The desired state, for kinds that have one. */
  readonly spec?: unknown;
  /** The data of a ConfigMap or Secret. */
  readonly data?: unknown;
  /** Any other field. */
  readonly [field: string]: unknown;
}

/** A map, as opposed to a list, a scalar or nothing. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a name in a map, if the map itself has it: not what every object inherits, such as `constructor`. */
export function ownValue<T>(map: { readonly [name: string]: T }, name: string): T | undefined {
  const value = map[name];
  return value === undefined || Object.hasOwn(map, name) ? value : undefined;
}
