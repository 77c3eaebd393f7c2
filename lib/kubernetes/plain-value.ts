import { sortedKeys } from './sorted-keys';

/** A value that only cdk8s can render, such as a token. */
export const NOT_PLAIN = Symbol('not plain');

/**
 * A declared value as it is written, but for what is in it: undefined in place of null, and numbers and strings in place
 * of those that cdk8s-plus wraps.
 */
export function plainValue(value: unknown): unknown {
  if (typeof value !== 'object' || Array.isArray(value)) {
    return value;
  }
  if (value === null) {
    return undefined;
  }
  if ('resolve' in value) {
    return NOT_PLAIN;
  }
  if (value.constructor === Object) {
    return value;
  }
  const wrapped: unknown = Reflect.get(value, 'value');
  return typeof wrapped === 'string' || typeof wrapped === 'number' ? wrapped : NOT_PLAIN;
}

/** The same with what is in it: fields by name, without those that are undefined. */
export function plainJson(declared: unknown): unknown {
  const value = plainValue(declared);
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    const items = value.map(plainJson);
    return items.includes(NOT_PLAIN) ? NOT_PLAIN : items;
  }
  const fields: Record<string, unknown> = {};
  for (const name of sortedKeys(value)) {
    const field = plainJson(Reflect.get(value, name));
    if (field === NOT_PLAIN) {
      return NOT_PLAIN;
    }
    if (field !== undefined) {
      fields[name] = field;
    }
  }
  return fields;
}
