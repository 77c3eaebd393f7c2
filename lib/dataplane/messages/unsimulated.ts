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
