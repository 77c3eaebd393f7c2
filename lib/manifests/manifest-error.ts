import { printableLine } from './printable';

/** Input that cannot be read as Kubernetes objects, with the place. */
export class ManifestError extends Error {
  /** Always `ManifestError`. */
  override readonly name = 'ManifestError';

  constructor(
    /** The file. */
    readonly file: string,
    /** The line, from 1. */
    readonly line: number,
    /** The column, from 1. */
    readonly column: number,
    /** Why the file cannot be read, as one sentence. */
    readonly problem: string,
  ) {
    super(printableLine(`${file}:${line}:${column}: ${problem}`));
  }
}
