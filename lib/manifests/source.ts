import { type PlaceTree, placesIn } from './places';
import { eventsOf } from './yaml-indentation';

/** The path of a field: names in a map, indices in a list. */
export type Path = readonly (string | number)[];

/** A place in a file; lines and columns start at 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One YAML or JSON document of a file. Finds the place of any field in it; places are computed on the first use. */
export class Source {
  private places?: Places;

  constructor(
    readonly file: string,
    /** The document as it is written. */
    readonly text: string,
    /** The line of the file on which the text starts, from 1. */
    private readonly firstLine: number,
  ) {}

  /** The same document under another name of its file. */
  named(file: string): Source {
    return new Source(file, this.text, this.firstLine);
  }

  /**
   * The place of a field, or of its nearest ancestor that exists: a member of a map at its name, an item of a list at
   * its start.
   */
  locate(path: Path): Place {
    this.places ??= readPlaces(this.text);
    const { tree: root, lines, padding } = this.places;
    let { offset, ...tree }: PlaceTree = root;
    for (const step of path) {
      const next =
        tree.members?.get(String(step))
        ?? tree.merged?.map(each => each.members?.get(String(step))).find(each => each !== undefined);
      if (!next) {
        break;
      }
      ({ offset, ...tree } = next);
    }
    const line = lineOf(offset, lines);
    return {
      file: this.file,
      line: this.firstLine + line,
      column: offset - (lines[line] ?? 0) - (padding.get(line) ?? 0) + 1,
    };
  }
}

interface Places {
  readonly tree: PlaceTree;
  /** The offset of the start of each line. */
  readonly lines: readonly number[];
  readonly padding: ReadonlyMap<number, number>;
}

function readPlaces(written: string): Places {
  const { text, events, padding } = eventsOf(written);
  const lines = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    lines.push(at + 1);
  }
  return { tree: placesIn(text, events), lines, padding };
}

/** The last line that starts at an offset or before. */
function lineOf(offset: number, lines: readonly number[]): number {
  let [low, high] = [0, lines.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    [low, high] = (lines[middle] ?? 0) <= offset ? [middle, high] : [low, middle - 1];
  }
  return low;
}
