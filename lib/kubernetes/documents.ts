import type { Spool } from './spool';

/**
 * The YAML documents of a file by rank, those of one rank as added. Each text is written to bytes at once, since the
 * garbage collector copies strings that stay; what is full goes to the spool.
 */
export class Documents {
  private readonly ranks = new Map<number, Bytes>();

  constructor(private readonly spool: Spool) {}

  add(rank: number, text: string): void {
    const bytes = this.ranks.get(rank) ?? new Bytes(this.spool);
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
  private readonly spooled: number[] = [];
  private chunk = Buffer.allocUnsafe(CHUNK);
  private length = 0;

  constructor(private readonly spool: Spool) {}

  add(text: string): void {
    const most = text.length * MOST_BYTES;
    if (this.length + most > this.chunk.length) {
      this.spooled.push(this.spool.write(this.chunk.subarray(0, this.length)));
      this.length = 0;
      if (most > this.chunk.length) {
        this.chunk = Buffer.allocUnsafe(most);
      }
    }
    this.length += this.chunk.write(text, this.length);
  }

  *chunks(): Generator<Buffer> {
    for (const part of this.spooled) {
      yield this.spool.read(part);
    }
    yield this.chunk.subarray(0, this.length);
  }
}

const SEPARATOR = '---\n';
const CHUNK = 2 ** 16;
/** Of a UTF-16 code unit in UTF-8. */
const MOST_BYTES = 3;
