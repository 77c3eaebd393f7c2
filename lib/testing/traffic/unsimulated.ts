/** Something in the way of a request of which manifests and templates do not say what it does: no answer is better than a guessed one. */
export class Unsimulated extends Error {
  /** The name of the error class: `Unsimulated`. */
  override readonly name = 'Unsimulated';

  /**
   * @param what What it is, as a sentence.
   * @param remedy What to do about it, as a sentence.
   */
  constructor(readonly what: string, readonly remedy: string) {
    super(`${what} ${remedy}`);
  }
}
