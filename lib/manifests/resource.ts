import { isClusterScoped } from './kinds';
import { memo } from './memo';
import { isMap, type KubernetesObject, ownValue } from './object';
import type { Path, Place, Source } from './source';

/** The source of a {@link Resource}. */
export interface Origin {
  readonly source: Source;
  /** The path of the object in the document: empty, except for members of a List. */
  readonly path: Path;
  /**
   * The folder of the kustomization that applies it.
   * @default - that of its file
   */
  readonly folder?: string;
  /**
   * Whether the kustomization changes it by patches, labels or the like, which were not applied.
   * @default false
   */
  readonly isChanged?: boolean;
}

/** A Kubernetes object, with its effective namespace and its source. */
export class Resource {
  /** The kind with its group, e.g. `VirtualService.networking.istio.io`, `Service`. */
  readonly type: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  /** The name, or `generateName` without one. */
  readonly name: string;
  /** The object itself as a field: the root of all others. */
  readonly root: Field;
  /** The `spec` as a field. */
  readonly spec: Field;
  /** The metadata as a field. */
  readonly metadata: Field;

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
    this.root = new Field(this, object);
    this.spec = this.root.get('spec');
    this.metadata = this.root.get('metadata');
  }

  /** The kind, e.g. `VirtualService`. */
  get kind(): string {
    return this.object.kind;
  }

  /** Its identity among the objects of its type. */
  get key(): string {
    return this.namespace === '' ? this.name : `${this.namespace}/${this.name}`;
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

/**
 * A field of an object, whether it exists or not: a value that is missing, or of another type than expected, is empty,
 * so that readers need no validation. Each field has its path from the root, which findings refer to.
 */
export class Field {
  constructor(
    /** The object that contains the field. */
    readonly resource: Resource,
    /** The value as it is written. */
    readonly value: unknown,
    private readonly parent?: Field,
    private readonly key?: string | number,
  ) {}

  /** A member of a map, or a member of that. */
  get(...names: readonly string[]): Field {
    // Most have one name: the iterator of a pattern, or a callback, would take longer than the rest.
    const only = names[0];
    return names.length === 1 && only !== undefined
      ? this.member(only)
      : names.reduce<Field>((field, name) => field.member(name), this);
  }

  private member(name: string): Field {
    return new Field(this.resource, isMap(this.value) ? ownValue(this.value, name) : undefined, this, name);
  }

  /** The members of a list. */
  get items(): Field[] {
    return Array.isArray(this.value)
      ? this.value.map((item: unknown, index) => new Field(this.resource, item, this, index))
      : [];
  }

  /** The members of a map, with their names. */
  get entries(): [string, Field][] {
    return isMap(this.value)
      ? Object.entries(this.value).map(([name, value]) => [name, new Field(this.resource, value, this, name)])
      : [];
  }

  /** Whether the field is set; null counts as not set. */
  get exists(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** A string, or a number or boolean as a string; otherwise empty. */
  get text(): string {
    return textOf(this.value);
  }

  /** A number, also a quoted one. */
  get number(): number | undefined {
    const number = typeof this.value === 'string' && this.value.trim() !== '' ? Number(this.value) : this.value;
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
  }

  /** Whether it is the object itself. */
  get isRoot(): boolean {
    return this.parent === undefined;
  }

  /** Whether the value is `true`. */
  get isTrue(): boolean {
    return this.value === true;
  }

  /** The strings of a list. */
  get texts(): string[] {
    return Array.isArray(this.value) ? this.value.map(textOf).filter(each => each !== '') : [];
  }

  /** A map of strings, such as labels. */
  get strings(): Readonly<Record<string, string>> {
    return isMap(this.value) ? stringsOf(this.value) : {};
  }

  /** The same field with another value, for a value that is decoded from it. */
  replaced(value: unknown): Field {
    return new Field(this.resource, value, this.parent, this.key);
  }

  /** Its path from the object. */
  get path(): Path {
    return this.parent === undefined || this.key === undefined ? [] : [...this.parent.path, this.key];
  }

  /** Its path as text, e.g. `spec.http[0].route[1].destination.host`. */
  toString(): string {
    return this.path
      .map(step => (typeof step === 'number' ? `[${step}]` : /^[\w-]+$/.test(step) ? `.${step}` : `["${step}"]`))
      .join('')
      .replace(/^\./, '');
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : '';
}

/** A map of strings as it is, since labels and selectors are read for each pair of objects. */
const stringsOf = memo((map: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  isMapOfStrings(map) ? map : Object.fromEntries(Object.entries(map).map(([name, value]) => [name, textOf(value)])),
);

function isMapOfStrings(map: Readonly<Record<string, unknown>>): map is Readonly<Record<string, string>> {
  return Object.values(map).every(each => typeof each === 'string');
}
