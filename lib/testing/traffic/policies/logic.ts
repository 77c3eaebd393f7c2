/** True, false, or undefined if unknown. */
export type Known = boolean | undefined;

export function and(values: readonly Known[]): Known {
  return values.includes(false) ? false : values.includes(undefined) ? undefined : true;
}

export function or(values: readonly Known[]): Known {
  return values.includes(true) ? true : values.includes(undefined) ? undefined : false;
}

export function not(value: Known): Known {
  return value === undefined ? undefined : !value;
}
