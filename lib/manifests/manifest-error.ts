import { printableLine } from './printable';

/** Input that cannot be read as Kubernetes objects, with the place. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';

  constructor(
    readonly file: string,
    readonly line: number,
    readonly column: number,
    readonly problem: string,
  ) {
    super(printableLine(`${file}:${line}:${column}: ${problem}`));
  }
}
