import { namesIn } from '../property-table';

/**
 * The validation of each property of an interface, called if the property is set. One without an entry does not
 * compile.
 */
export type Validations<T> = {
  readonly [K in keyof T]-?: (path: string, value: NonNullable<T[K]>, declared: T) => void;
};

/** Rejects a declaration with an invalid property. */
export function validateAll<T extends object>(table: Validations<T>, path: string, declared: T): void {
  namesIn(table).forEach(name => {
    const value = declared[name];
    if (value !== undefined && value !== null) {
      table[name](path, value, declared);
    }
  });
}

/** The validation of a property that has properties of its own. */
export function nested<T extends object>(table: Validations<T>): (path: string, value: T) => void {
  return (path, value) => {
    validateAll(table, path, value);
  };
}

/** The validation of a list whose items have properties. */
export function listOf<T extends object>(table: Validations<T>): (path: string, values: readonly T[]) => void {
  return (path, values) => {
    values.forEach(value => {
      validateAll(table, path, value);
    });
  };
}

/** A property of a type whose every value is valid. */
export function anyValue(): void {
  // Nothing to reject.
}
