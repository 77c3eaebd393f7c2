import { CORE_SCHEMA, load, mergeTag, YAMLException } from 'js-yaml';
import { ManifestError } from './manifest-error';
import { Source } from './source';

/** A document of a YAML or JSON text. */
export interface ManifestDocument {
  readonly value: unknown;
  readonly source: Source;
}

/** How much of what nobody writes by hand is read, and no more. */
const MAX_CHARACTERS = 64 * 1024 * 1024;
const MAX_DEPTH = 100;
const MAX_VALUES = 1_000_000;

const SCHEMA = CORE_SCHEMA.withTags(mergeTag);

/** The documents of a YAML or JSON text, without the empty ones. Throws a {@link ManifestError} where it is neither. */
export function parseDocuments(text: string, file: string): ManifestDocument[] {
  if (text.length > MAX_CHARACTERS) {
    throw new ManifestError(file, 1, 1, `The file has ${text.length} characters; at most ${MAX_CHARACTERS} are read. Split it.`);
  }
  return partsOf(text.replace(/^\uFEFF/, '')).flatMap(({ part, line }) => {
    const source = new Source(file, part, line);
    const value = valueOf(part, line, file);
    if (value === undefined || value === null) {
      return [];
    }
    refuseBombs(value, source);
    return [{ value, source }];
  });
}

interface Part {
  readonly part: string;
  readonly line: number;
}

/** A text cut where documents start: nothing in YAML but a marker may have three dashes at the start of a line. */
function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let line = 1;
  let directives = '';
  for (const piece of text.split(/^(?=---(?:\s|$))/m)) {
    const part = directives + piece;
    const isDirective = /^%/m.test(piece) && piece.split('\n').every(each => /^(%|\s*(#|$))/.test(each));
    directives = isDirective ? part : '';
    if (!isDirective && /^(?!---\s*$|\s*(#|$)|\.\.\.\s*$)/m.test(part)) {
      parts.push({ part, line: line - countLines(part) + countLines(piece) });
    }
    line += countLines(piece);
  }
  return parts;
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    count++;
  }
  return count;
}

function valueOf(part: string, line: number, file: string): unknown {
  try {
    return load(part, { schema: SCHEMA, maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof YAMLException)) {
      throw error;
    }
    const { mark, reason } = error;
    const hint = part.includes('{{') ? ' It looks like a template: render it first, e.g. with `helm template`.' : '';
    throw new ManifestError(file, line + (mark?.line ?? 0), (mark?.column ?? 0) + 1, `This is no YAML: ${reason}.${hint}`);
  }
}

/** Aliases make a small text a huge value, or an endless one; who walks over it would not come back. */
function refuseBombs(root: unknown, source: Source): void {
  let values = 0;
  const pending: { readonly value: object; readonly depth: number }[] = typeof root === 'object' && root !== null ? [{ value: root, depth: 1 }] : [];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const members = Object.values(next.value);
    values += members.length;
    if (values > MAX_VALUES || next.depth > MAX_DEPTH) {
      const { file, line, column } = source.locate([]);
      throw new ManifestError(file, line, column, values > MAX_VALUES
        ? `With its aliases written out the document has more than ${MAX_VALUES} values.`
        : `The document is nested more than ${MAX_DEPTH} levels deep.`);
    }
    for (const value of members) {
      if (typeof value === 'object' && value !== null) {
        pending.push({ value, depth: next.depth + 1 });
      }
    }
  }
}
