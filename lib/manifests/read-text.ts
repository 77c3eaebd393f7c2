import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { ManifestError } from './manifest-error';

const MAX_BYTES = 64 * 1024 * 1024;
const CHUNK = 64 * 1024;

/**
 * The text of a file, of at most 64 MiB. A file that is found in a folder must be a regular one; one that is listed by
 * name may be a pipe, such as `<(helm template .)`. Throws a {@link ManifestError} if it is larger, or is not UTF-8.
 */
export function textOf(path: string | number, file: string, isNamed: boolean): string {
  const opened =
    typeof path === 'number'
      ? path
      : openSync(path, isNamed ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!isNamed && !fstatSync(opened).isFile()) {
      throw new ManifestError(file, 1, 1, 'This is not a regular file, so it is not read.');
    }
    const bytes = bytesOf(opened, file);
    if (!isUtf8(bytes)) {
      const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
      const problem = isCompressed
        ? 'This is compressed. Decompress the file, e.g. with gunzip.'
        : 'This is not UTF-8. Convert the file.';
      throw new ManifestError(file, firstInvalidLine(bytes), 1, problem);
    }
    return bytes.toString('utf8');
  } finally {
    if (typeof path === 'string') {
      closeSync(opened);
    }
  }
}

function bytesOf(opened: number, file: string): Buffer {
  const chunks: Buffer[] = [];
  for (let size = 0; ;) {
    const chunk = Buffer.allocUnsafe(CHUNK);
    const read = readSync(opened, chunk, 0, CHUNK, null);
    if (read === 0) {
      return Buffer.concat(chunks);
    }
    chunks.push(chunk.subarray(0, read));
    size += read;
    if (size > MAX_BYTES) {
      throw new ManifestError(file, 1, 1, `The file has more than ${MAX_BYTES} bytes, which is the limit. Split it.`);
    }
  }
}

/** No multi-byte character of UTF-8 contains a line feed, so each line can be validated separately. */
function firstInvalidLine(bytes: Buffer): number {
  let [line, at] = [1, 0];
  for (let end = bytes.indexOf('\n'); end >= 0 && isUtf8(bytes.subarray(at, end)); end = bytes.indexOf('\n', at)) {
    at = end + 1;
    line++;
  }
  return line;
}
