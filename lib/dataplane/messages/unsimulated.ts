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
