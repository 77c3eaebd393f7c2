import { ApiObject, type ApiObjectMetadata, type GroupVersionKind } from 'cdk8s';
import type { Construct } from 'constructs';
import { writeAsDeclared } from './as-written';

/** The `spec` of a resource, as `@kubernetes-models` types it. */
export type SpecOf<Resource extends { spec?: unknown }> = NonNullable<Resource['spec']>;

/** Properties of a typed resource. */
export interface ResourceProps<Spec> {
  /**
   * Name, namespace, labels and annotations.
   * @default - the name is generated from the construct's path, the namespace is that of the chart
   */
  readonly metadata?: ApiObjectMetadata;
  /** The `spec` of the object. */
  readonly spec: Spec;
}

/** A class of typed objects of one kind. */
export interface ResourceClass<Resource extends { spec?: unknown }> {
  /** The API version and kind of the objects. */
  readonly GVK: GroupVersionKind;
  /** Adds an object of this kind to the chart of `scope`. */
  new (scope: Construct, id: string, props: ResourceProps<SpecOf<Resource>>): ApiObject;
}

/** The class of a kind, typed by its interface in `@kubernetes-models`. */
export function resource<Resource extends { spec?: unknown }>(
  apiVersion: string,
  kind: string,
): ResourceClass<Resource> {
  return class extends ApiObject {
    static readonly GVK = { apiVersion, kind };

    constructor(scope: Construct, id: string, props: ResourceProps<SpecOf<Resource>>) {
      super(scope, id, { ...props, apiVersion, kind });
      writeAsDeclared(this);
    }
  };
}
