/** A feature that affects a request and whose effect cannot be simulated from manifests and templates: an error instead of a guess. */
export class Unsimulated extends Error {
  override readonly name = 'Unsimulated';

  /**
   * @param what The feature, as a sentence.
   * @param remedy The fix, as a sentence.
   */
  constructor(readonly what: string, readonly remedy: string) {
    super(`${what} ${remedy}`);
  }
}
