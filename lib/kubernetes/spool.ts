import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Bytes that wait in a file without a name until all objects are known to be valid, so that memory does not grow with
 * the output. Small outputs need no file.
 */
export class Spool {
  private file?: number;
  private readonly ends = [0];
  private bytes = Buffer.alloc(0);

  /** @param folder the output directory, which can be written to */
  constructor(private readonly folder: string) {}

  /** Writes a part, and returns its number. */
  write(part: Uint8Array): number {
    this.file ??= temporaryFile(this.folder);
    const start = this.ends.at(-1) ?? 0;
    for (let written = 0; written < part.length;) {
      written += writeSync(this.file, part, written, part.length - written, start + written);
    }
    this.ends.push(start + part.length);
    return this.ends.length - 2;
  }

  /** The bytes of a part, until the next is read. */
  read(part: number): Buffer {
    const [start = 0, end = 0] = this.ends.slice(part, part + 2);
    if (this.bytes.length < end - start) {
      this.bytes = Buffer.allocUnsafe(end - start);
    }
    for (let at = start; this.file !== undefined && at < end;) {
      at += readSync(this.file, this.bytes, at - start, end - at, at);
    }
    return this.bytes.subarray(0, end - start);
  }

  close(): void {
    if (this.file !== undefined) {
      closeSync(this.file);
    }
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
