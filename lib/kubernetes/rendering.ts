import type { Json } from './workload/without-defaults';

/**
 * The field that each property is rendered to in an object or its part. A property without an entry does not compile.
 */
export type Rendering<Props, Part> = { readonly [K in keyof Props]-?: (declared: Props) => Partial<Part> };

/** The fields of all properties. */
export function render<Props, Part>(rendering: Rendering<Props, Part>, declared: Props): Partial<Part> {
  const all: Partial<Part> = {};
  for (const fieldsOf of Object.values<(declared: Props) => Partial<Part>>(rendering)) {
    Object.assign(all, fieldsOf(declared));
  }
  return all;
}

/** The fields of all entries of a table; some entries only say where a property is rendered. */
export function fieldsBy<Args extends readonly unknown[]>(
  table: Readonly<Record<string, string | ((...declared: Args) => object)>>,
  ...declared: Args
): Json {
  const fields = {};
  for (const entry of Object.values(table)) {
    if (typeof entry === 'function') {
      Object.assign(fields, entry(...declared));
    }
  }
  return fields;
}
