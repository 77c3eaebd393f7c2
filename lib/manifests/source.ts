import { type PlaceTree, placesIn } from './places';

/** The way to a field: names of a map, numbers of a list. */
export type Path = readonly (string | number)[];

/** A place in a file; lines and columns start at 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One YAML or JSON document of a file. Finds the place of any field in it, and looks for places only when asked for one. */
export class Source {
  private places?: PlaceTree;

  constructor(
    readonly file: string,
    private readonly text: string,
    /** The line of the file on which the text starts, from 1. */
    private readonly firstLine: number,
  ) {}

  /** Where a field is, or as much of the way to it as there is: a member of a map at its name, an item of a list at its start. */
  locate(path: Path): Place {
    this.places ??= placesIn(this.text);
    let { offset, ...tree }: PlaceTree = this.places;
    for (const step of path) {
      const next = tree.members?.get(String(step)) ?? tree.merged?.map(each => each.members?.get(String(step))).find(each => each !== undefined);
      if (!next) {
        break;
      }
      ({ offset, ...tree } = next);
    }
    const before = this.text.slice(0, offset);
    const lineStart = before.lastIndexOf('\n') + 1;
    return { file: this.file, line: this.firstLine + before.split('\n').length - 1, column: offset - lineStart + 1 };
  }
}
