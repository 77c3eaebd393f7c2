import { type Document, isCollection, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';

/** The way to a field: names of a map, numbers of a list. */
export type Path = readonly (string | number)[];

/** A place in a file; lines and columns start at 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * One YAML or JSON document of a file. Finds the place of any field in it, and reads the text a second time for that, with a
 * parser that knows places: few documents have findings, and it takes ten times as long as the one that reads values.
 */
export class Source {
  private parsed?: { readonly document: Document; readonly lines: LineCounter };

  constructor(
    readonly file: string,
    private readonly text: string,
    /** The line of the file on which the text starts, from 1. */
    private readonly firstLine: number,
  ) {}

  /** Where a field is, or as much of the way to it as there is. */
  locate(path: Path): Place {
    const { document, lines } = this.parse();
    const { line, col } = lines.linePos(offsetOf(document, path));
    return { file: this.file, line: this.firstLine + line - 1, column: col };
  }

  private parse(): { readonly document: Document; readonly lines: LineCounter } {
    if (!this.parsed) {
      const lines = new LineCounter();
      this.parsed = { document: parseDocument(this.text, { lineCounter: lines, merge: true, logLevel: 'silent' }), lines };
    }
    return this.parsed;
  }
}

/** A member of a map is where its name is, an item of a list where it starts. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    if (!isCollection(node)) {
      break;
    }
    const item: unknown = isMap(node)
      ? node.items.find(pair => isScalar(pair.key) ? String(pair.key.value) === String(step) : pair.key === step)
      : node.items[Number(step)];
    offset = startOf(isPair(item) ? item.key : item) ?? offset;
    node = isPair(item) ? item.value : item;
    if (item === undefined) {
      break;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
