/** True, false, or undefined if unknown. */
export type Ternary = boolean | undefined;

export function and(values: readonly Ternary[]): Ternary {
  return values.includes(false) ? false : values.includes(undefined) ? undefined : true;
}

export function or(values: readonly Ternary[]): Ternary {
  return values.includes(true) ? true : values.includes(undefined) ? undefined : false;
}

export function not(value: Ternary): Ternary {
  return value === undefined ? undefined : !value;
}
