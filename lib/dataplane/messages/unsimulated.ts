/**
 * A feature that affects a request and whose effect cannot be simulated from manifests and templates: an error instead
 * of a guess.
 */
export class Unsimulated extends Error {
  /** The name of the error class: `Unsimulated`. */
  override readonly name = 'Unsimulated';

  constructor(
    /** What cannot be simulated, as a sentence. */
    readonly what: string,
    /** What to do about it, as a sentence. */
    readonly fix: string,
  ) {
    super(`${what} ${fix}`);
  }
}

/** The result of an evaluation; undefined if it depends on what is not simulated. */
export function unlessUnsimulated<T>(evaluate: () => T): T | undefined {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof Unsimulated) {
      return undefined;
    }
    throw error;
  }
}

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

/** Whether a condition is true of all items; those after the first for which it is false are not evaluated. */
export function every<T>(items: readonly T[], condition: (item: T) => Ternary): Ternary {
  let result: Ternary = true;
  for (const item of items) {
    const value = condition(item);
    if (value === false) {
      return false;
    }
    result = value === undefined ? undefined : result;
  }
  return result;
}

/** Whether a condition is true of some item; those after the first for which it is true are not evaluated. */
export function some<T>(items: readonly T[], condition: (item: T) => Ternary): Ternary {
  return not(every(items, item => not(condition(item))));
}
