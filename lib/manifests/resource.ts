import { Field } from './field';
import { isClusterScoped } from './kinds';
import type { KubernetesObject } from './object';
import type { Path, Place, Source } from './source';

/** Where a {@link Resource} comes from. */
export interface Origin {
  readonly source: Source;
  /** The way to the object in the document: empty, but for members of a List. */
  readonly path: Path;
}

/** A Kubernetes object, with the namespace that it gets and the place that it comes from. */
export class Resource {
  /** The kind with its group, e.g. `VirtualService.networking.istio.io`, `Service`. */
  readonly type: string;
  /** Empty for what is in no namespace. */
  readonly namespace: string;
  readonly name: string;

  constructor(readonly object: KubernetesObject, readonly origin?: Origin, defaultNamespace = 'default') {
    const group = object.apiVersion.includes('/') ? object.apiVersion.slice(0, object.apiVersion.indexOf('/')) : '';
    this.type = group === '' ? object.kind : `${object.kind}.${group}`;
    const { name, generateName, namespace } = object.metadata;
    this.name = String(name ?? generateName ?? '');
    this.namespace = isClusterScoped(this.type) ? '' : String(namespace ?? '') || defaultNamespace;
  }

  get kind(): string {
    return this.object.kind;
  }

  /** What tells it from others of its type. */
  get key(): string {
    return this.namespace === '' ? this.name : `${this.namespace}/${this.name}`;
  }

  /** The object itself as a field: the root of all others. */
  get root(): Field {
    return new Field(this, this.object);
  }

  get spec(): Field {
    return this.root.get('spec');
  }

  get metadata(): Field {
    return this.root.get('metadata');
  }

  get labels(): Readonly<Record<string, string>> {
    return this.metadata.get('labels').strings;
  }

  get annotations(): Readonly<Record<string, string>> {
    return this.metadata.get('annotations').strings;
  }

  /** Where a field of it is written, if it comes from a file. */
  locate(path: Path): Place | undefined {
    return this.origin?.source.locate([...this.origin.path, ...path]);
  }
}
