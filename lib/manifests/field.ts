import { isMap } from './object';
import type { Resource } from './resource';
import type { Path } from './source';

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
    return names.reduce(
      (field: Field, name) =>
        new Field(
          this.resource,
          isMap(field.value) && Object.hasOwn(field.value, name) ? field.value[name] : undefined,
          field,
          name,
        ),
      this,
    );
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
    return typeof this.value === 'string'
      ? this.value
      : typeof this.value === 'number' || typeof this.value === 'boolean'
        ? String(this.value)
        : '';
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
    return this.items.map(each => each.text).filter(each => each !== '');
  }

  /** A map of strings, such as labels. */
  get strings(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.entries.map(([name, field]) => [name, field.text]));
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
