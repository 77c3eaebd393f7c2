/** Something in the way of a request of which manifests and templates do not say what it does: no answer is better than a guessed one. */
export class Unsimulated extends Error {
  /** The name of the error class: `Unsimulated`. */
  override readonly name = 'Unsimulated';

  constructor(
    /** What cannot be simulated, as a sentence. */
    readonly what: string,
    /** What to do about it, as a sentence. */
    readonly remedy: string,
  ) {
    super(`${what} ${remedy}`);
  }
}
