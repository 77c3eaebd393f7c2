/** Something on the way of a request that is not simulated: what would come of it cannot be said, and is not guessed. */
export class Unsimulated extends Error {
  constructor(what: string, remedy: string) {
    super(`${what} ${remedy}`);
    this.name = 'Unsimulated';
  }
}
