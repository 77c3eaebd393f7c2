/**
 * The field that each property is rendered to in an object or its part. A property without an entry does not compile.
 */
export type Rendering<Props, Part> = { readonly [K in keyof Props]-?: (declared: Props) => Partial<Part> };

/** The fields of all properties. */
export function render<Props, Part>(rendering: Rendering<Props, Part>, declared: Props): Partial<Part> {
  const parts = Object.values<(declared: Props) => Partial<Part>>(rendering).map(each => each(declared));
  return Object.assign({}, ...parts) as Partial<Part>;
}
