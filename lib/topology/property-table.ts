/** The rules for one property of a declaration. */
export interface Property<T> {
  /** Rejects a value that is invalid by itself. */
  readonly validate: (path: string, value: T) => void;
  /** The value as it is compared with others: equal for values that render the same. */
  readonly keyOf: (value: T) => unknown;
}

/** The rules for each property of an interface. A property without an entry does not compile. */
export type PropertyTable<T> = { readonly [K in keyof T]-?: Property<T[K]> };

/** Rejects a declaration with an invalid property value. */
export function validateBy<T extends object>(table: PropertyTable<T>, path: string, declared: T): void {
  namesIn(table).forEach(name => {
    table[name].validate(path, declared[name]);
  });
}

/** A declaration as it is compared with others; undefined if none of it is rendered. */
export function keyBy<T extends object>(table: PropertyTable<T>, declared: T): unknown {
  const keys = namesIn(table).map(name => table[name].keyOf(declared[name]));
  return keys.every(key => key === undefined) ? undefined : keys;
}

/** The properties of a declaration that are in the table. */
export function pickBy<T extends object>(table: PropertyTable<T>, declared: T): T {
  return Object.fromEntries(namesIn(table).map(name => [name, declared[name]])) as T;
}

/** A property that has properties of its own. */
export function nested<T extends object>(table: PropertyTable<T>): Property<T | undefined> {
  return {
    validate: (path, value) => {
      if (value) {
        validateBy(table, path, value);
      }
    },
    keyOf: value => (value ? keyBy(table, value) : undefined),
  };
}

/** The names in a table or a declaration. */
export function namesIn<T extends object>(table: T): (keyof T)[] {
  return Object.keys(table) as (keyof T)[];
}
