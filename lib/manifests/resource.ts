import { Field } from './field';
import { isClusterScoped } from './kinds';
import type { KubernetesObject } from './object';
import type { Path, Place, Source } from './source';

/** The source of a {@link Resource}. */
export interface Origin {
  readonly source: Source;
  /** The path of the object in the document: empty, except for members of a List. */
  readonly path: Path;
}

/** A Kubernetes object, with its effective namespace and its source. */
export class Resource {
  /** The kind with its group, e.g. `VirtualService.networking.istio.io`, `Service`. */
  readonly type: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  /** The name, or `generateName` without one. */
  readonly name: string;

  constructor(
    /** The object as it is written. */
    readonly object: KubernetesObject,
    /** The file and place of the object; undefined for objects that were not read from a file. */
    readonly origin?: Origin,
    defaultNamespace = 'default',
  ) {
    const group = object.apiVersion.includes('/') ? object.apiVersion.slice(0, object.apiVersion.indexOf('/')) : '';
    this.type = group === '' ? object.kind : `${object.kind}.${group}`;
    const { name, generateName, namespace } = object.metadata;
    this.name = String(name ?? generateName ?? '');
    this.namespace = isClusterScoped(this.type) ? '' : String(namespace ?? '') || defaultNamespace;
  }

  /** The kind, e.g. `VirtualService`. */
  get kind(): string {
    return this.object.kind;
  }

  /** Its identity among the objects of its type. */
  get key(): string {
    return this.namespace === '' ? this.name : `${this.namespace}/${this.name}`;
  }

  /** The object itself as a field: the root of all others. */
  get root(): Field {
    return new Field(this, this.object);
  }

  /** The `spec` as a field. */
  get spec(): Field {
    return this.root.get('spec');
  }

  /** The metadata as a field. */
  get metadata(): Field {
    return this.root.get('metadata');
  }

  /** The labels. */
  get labels(): Readonly<Record<string, string>> {
    return this.metadata.get('labels').strings;
  }

  /** The annotations. */
  get annotations(): Readonly<Record<string, string>> {
    return this.metadata.get('annotations').strings;
  }

  /** The place of a field in the file; undefined if the object is not from a file. */
  locate(path: Path): Place | undefined {
    return this.origin?.source.locate([...this.origin.path, ...path]);
  }
}
