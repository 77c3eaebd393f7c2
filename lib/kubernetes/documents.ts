/**
 * The YAML documents of a file by rank, those of one rank as added. They are kept as bytes: the garbage collector copies
 * strings, and the text of a whole file would be twice in memory.
 */
export class Documents {
  private readonly ranks = new Map<number, { pending: string; readonly written: Buffer[] }>();

  add(rank: number, text: string): void {
    const documents = this.ranks.get(rank) ?? { pending: '', written: [] };
    this.ranks.set(rank, documents);
    documents.pending += SEPARATOR + text;
    if (documents.pending.length > CHUNK) {
      documents.written.push(Buffer.from(documents.pending));
      documents.pending = '';
    }
  }

  /** The file in parts. */
  chunks(): Buffer[] {
    const inOrder = [...this.ranks].sort(([a], [b]) => a - b);
    const [first, ...others] = inOrder.flatMap(([, { pending, written }]) => [...written, Buffer.from(pending)]);
    return first ? [first.subarray(SEPARATOR.length), ...others] : [];
  }
}

const SEPARATOR = '---\n';
const CHUNK = 2 ** 18;
