import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Keeps bytes, and returns a function that reads them into a buffer, which is valid until the next are read. */
export type Keep = (part: Uint8Array) => () => Buffer;

export const keepInMemory: Keep = part => {
  const copy = Buffer.from(part);
  return () => copy;
};

/**
 * Keeps bytes in a file without a name until all objects are known to be valid, so that memory does not grow with the
 * output. Without any there is no file.
 */
export class Spool {
  private file?: number;
  private length = 0;
  private bytes = Buffer.alloc(0);

  /** @param folder the output directory, which can be written to */
  constructor(private readonly folder: string) {}

  readonly keep: Keep = part => {
    const file = (this.file ??= temporaryFile(this.folder));
    const start = this.length;
    this.length += part.length;
    for (let at = 0; at < part.length;) {
      at += writeSync(file, part, at, part.length - at, start + at);
    }
    return () => this.read(file, start, part.length);
  };

  close(): void {
    if (this.file !== undefined) {
      closeSync(this.file);
    }
  }

  private read(file: number, start: number, length: number): Buffer {
    if (this.bytes.length < length) {
      this.bytes = Buffer.allocUnsafe(length);
    }
    for (let at = 0; at < length;) {
      at += readSync(file, this.bytes, at, length - at, start + at);
    }
    return this.bytes.subarray(0, length);
  }
}

/** A file that no other program sees, and that is gone when this one ends. */
function temporaryFile(folder: string): number {
  const path = join(folder, `.cardinal-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const file = openSync(path, 'w+');
  rmSync(path);
  return file;
}
