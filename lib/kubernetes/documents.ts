import type { Keep } from './spool';

/**
 * The YAML documents of a file by rank, those of one rank as added. Each text is written to bytes at once, since the
 * garbage collector copies strings that stay; what is full is kept elsewhere.
 */
export class Documents {
  private readonly ranks = new Map<number, Bytes>();

  constructor(private readonly keep: Keep) {}

  add(rank: number, text: string): void {
    const bytes = this.ranks.get(rank) ?? new Bytes(this.keep);
    this.ranks.set(rank, bytes);
    bytes.add(SEPARATOR);
    bytes.add(text);
  }

  /** The whole file. */
  text(): string {
    return Buffer.concat(Array.from(this.chunks(), each => Buffer.from(each))).toString();
  }

  /** The file in parts, of which each is valid until the next is read. */
  *chunks(): Generator<Buffer> {
    let isFirst = true;
    for (const [, bytes] of [...this.ranks].sort(([a], [b]) => a - b)) {
      for (const chunk of bytes.chunks()) {
        yield isFirst ? chunk.subarray(SEPARATOR.length) : chunk;
        isFirst = false;
      }
    }
  }
}

/** Text in UTF-8. */
class Bytes {
  private readonly full: ReturnType<Keep>[] = [];
  private chunk = Buffer.allocUnsafe(CHUNK);
  private length = 0;

  constructor(private readonly keep: Keep) {}

  add(text: string): void {
    const most = text.length * MOST_BYTES;
    if (this.length + most > this.chunk.length) {
      this.full.push(this.keep(this.chunk.subarray(0, this.length)));
      this.length = 0;
      if (most > this.chunk.length) {
        this.chunk = Buffer.allocUnsafe(most);
      }
    }
    this.length += this.chunk.write(text, this.length);
  }

  *chunks(): Generator<Buffer> {
    for (const read of this.full) {
      yield read();
    }
    yield this.chunk.subarray(0, this.length);
  }
}

const SEPARATOR = '---\n';
const CHUNK = 2 ** 16;
/** Of a UTF-16 code unit in UTF-8. */
const MOST_BYTES = 3;
