/**
 * The YAML documents of a file by rank, those of one rank as added. They are kept as bytes, into which each text is
 * written at once: the garbage collector copies strings that stay, and whatever they were concatenated from.
 */
export class Documents {
  private readonly ranks = new Map<number, Bytes>();

  add(rank: number, text: string): void {
    const bytes = this.ranks.get(rank) ?? new Bytes();
    this.ranks.set(rank, bytes);
    bytes.add(SEPARATOR);
    bytes.add(text);
  }

  /** The file in parts. */
  chunks(): Buffer[] {
    const inOrder = [...this.ranks].sort(([a], [b]) => a - b);
    const [first, ...others] = inOrder.flatMap(([, bytes]) => bytes.chunks());
    return first ? [first.subarray(SEPARATOR.length), ...others] : [];
  }
}

/** Text in UTF-8, in chunks that are not moved when there is more of it. */
class Bytes {
  private readonly full: Buffer[] = [];
  private chunk = Buffer.allocUnsafe(CHUNK);
  private length = 0;

  add(text: string): void {
    const most = text.length * MOST_BYTES;
    if (this.length + most > this.chunk.length) {
      this.full.push(this.chunk.subarray(0, this.length));
      this.chunk = Buffer.allocUnsafe(Math.max(CHUNK, most));
      this.length = 0;
    }
    this.length += this.chunk.write(text, this.length);
  }

  chunks(): Buffer[] {
    return [...this.full, this.chunk.subarray(0, this.length)];
  }
}

const SEPARATOR = '---\n';
const CHUNK = 2 ** 16;
/** Of a UTF-16 code unit in UTF-8. */
const MOST_BYTES = 3;
