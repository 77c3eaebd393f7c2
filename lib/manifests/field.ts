import { isMap } from './object';
import type { Resource } from './resource';
import type { Path } from './source';

/**
 * A field of an object, whether it is there or not: what is missing, or of another type than asked for, is empty. So nobody
 * who reads one has to validate first, and each knows its way from the root, for who points at it.
 */
export class Field {
  constructor(readonly resource: Resource, readonly value: unknown, private readonly parent?: Field, private readonly key?: string | number) {}

  /** A member of a map, or a member of that. */
  get(...names: readonly string[]): Field {
    return names.reduce((field: Field, name) => new Field(
      this.resource,
      isMap(field.value) && Object.hasOwn(field.value, name) ? field.value[name] : undefined,
      field,
      name,
    ), this);
  }

  /** The members of a list. */
  get items(): Field[] {
    return Array.isArray(this.value) ? this.value.map((item: unknown, index) => new Field(this.resource, item, this, index)) : [];
  }

  /** The members of a map, with their names. */
  get entries(): [string, Field][] {
    return isMap(this.value) ? Object.entries(this.value).map(([name, value]) => [name, new Field(this.resource, value, this, name)]) : [];
  }

  get exists(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** A text, or a number or boolean as one; else empty. */
  get text(): string {
    return typeof this.value === 'string' ? this.value : typeof this.value === 'number' || typeof this.value === 'boolean' ? String(this.value) : '';
  }

  /** A number, also one in quotes. */
  get number(): number | undefined {
    const number = typeof this.value === 'string' && this.value.trim() !== '' ? Number(this.value) : this.value;
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
  }

  /** Whether it is the object itself. */
  get isRoot(): boolean {
    return this.parent === undefined;
  }

  get isTrue(): boolean {
    return this.value === true;
  }

  /** The texts of a list. */
  get texts(): string[] {
    return this.items.map(each => each.text).filter(each => each !== '');
  }

  /** A map of texts, such as labels. */
  get strings(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.entries.map(([name, field]) => [name, field.text]));
  }

  /** The same field with another value: for what is decoded from it. */
  replaced(value: unknown): Field {
    return new Field(this.resource, value, this.parent, this.key);
  }

  /** The way to it from the object. */
  get path(): Path {
    return this.parent === undefined || this.key === undefined ? [] : [...this.parent.path, this.key];
  }

  /** The way to it as people write it, e.g. `spec.http[0].route[1].destination.host`. */
  toString(): string {
    return this.path.map(step => typeof step === 'number' ? `[${step}]` : /^[\w-]+$/.test(step) ? `.${step}` : `["${step}"]`).join('').replace(/^\./, '');
  }
}
