import { YAMLException } from 'js-yaml';
import { ManifestError } from './manifest-error';
import { Source } from './source';
import { valueOf, YamlError } from './yaml';
import { type Budget, type Events, eventsOf, MAX_DEPTH, newBudget } from './yaml-indentation';

/** A document of a YAML or JSON text. */
export interface ManifestDocument {
  readonly value: unknown;
  readonly source: Source;
}

/** Limits of the input, well above what is written by hand. */
const MAX_CHARACTERS = 64 * 1024 * 1024;
const MAX_VALUES = 1_000_000;
/** The separators of values in a document: each needs memory before values can be counted. */
const SEPARATORS = new Set([...'\n\r,:[{?'].map(each => each.charCodeAt(0)));
const MAX_SEPARATORS = 4_000_000;
const SEPARATOR = '---';
/**
 * Characters that go-yaml rejects, and those that end a line for it but not in YAML 1.2: a comment could hide fields
 * behind them.
 */
const UNREADABLE = new RegExp(
  [
    /\r(?!\n)/,
    /[\0-\b\v\f\x0E-\x1F\x7F-\x9F\u2028\u2029\uFEFF\uFFFE\uFFFF]/,
    /[\uD800-\uDBFF](?![\uDC00-\uDFFF])/,
    /(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/,
  ]
    .map(({ source }) => source)
    .join('|'),
);

/**
 * The documents of a YAML or JSON text as kubectl reads it, without the empty ones. Throws a {@link ManifestError} if
 * it is neither.
 */
export function parseDocuments(text: string, file: string): ManifestDocument[] {
  if (text.length > MAX_CHARACTERS) {
    throw new ManifestError(
      file,
      1,
      1,
      `The file has ${text.length} characters, and the limit is ${MAX_CHARACTERS}. Split it.`,
    );
  }
  const readable = text.replace(/^\uFEFF/, '');
  const unreadable = UNREADABLE.exec(readable);
  if (unreadable) {
    const code = unreadable[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    throw errorAt(
      readable,
      unreadable.index,
      file,
      1,
      `This is not YAML: the character U+${code} is not allowed, or ends a line for kubectl and not for `
        + 'other programs. Write it as an escape in double quotes.',
    );
  }
  const budget = newBudget();
  return [...partsOf(readable, file)].flatMap(({ part, line }) => documentOf(part, line, file, budget) ?? []);
}

interface Part {
  readonly part: string;
  readonly line: number;
}

/**
 * A text split at the lines that begin with three dashes, as kubectl splits it.
 * @see https://github.com/kubernetes/apimachinery/blob/v0.36.0/pkg/util/yaml/decoder.go
 */
function* partsOf(text: string, file: string): Iterable<Part> {
  let [start, startLine, line] = [0, 1, 1];
  for (let at = 0; at < text.length; line++) {
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found;
    if (text.startsWith(SEPARATOR, at)) {
      const rest = text.slice(at + SEPARATOR.length, end).trim();
      if (rest !== '' && !rest.startsWith('#')) {
        throw new ManifestError(
          file,
          line,
          1,
          'This is not YAML for kubectl: after three dashes at the start of a line only a comment may '
            + 'follow. Begin the document on a line of its own.',
        );
      }
      yield { part: text.slice(start, at), line: startLine };
      [start, startLine] = [end + 1, line + 1];
    }
    at = end + 1;
  }
  yield { part: text.endsWith('\n') ? text.slice(start) : `${text.slice(start)}\n`, line: startLine };
}

function documentOf(part: string, line: number, file: string, budget: Budget): ManifestDocument | undefined {
  if (part.length > MAX_SEPARATORS && countSeparators(part) > MAX_SEPARATORS) {
    throw new ManifestError(file, line, 1, `The document has more than ${MAX_SEPARATORS} lines and values. Split it.`);
  }
  const events = attempt(part, line, file, () => eventsOf(part, budget));
  const value = attempt(events.text, line, file, () => valueOf(events.text, events.events), events.padding);
  if (value === null) {
    return undefined;
  }
  const source = new Source(file, part, line);
  // Each value that is written has a character of its own, and its depth is known.
  if (part.length > MAX_VALUES || part.includes('*')) {
    assertNoAliasBomb(value, source);
  }
  return { value, source };
}

function countSeparators(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    count += SEPARATORS.has(text.charCodeAt(at)) ? 1 : 0;
  }
  return count;
}

function attempt<T>(part: string, line: number, file: string, read: () => T, padding?: Events['padding']): T {
  try {
    return read();
  } catch (error) {
    const offset =
      error instanceof YamlError
        ? error.offset
        : error instanceof YAMLException
          ? (error.mark?.position ?? 0)
          : undefined;
    if (offset === undefined) {
      throw error;
    }
    const hint = part.includes('{{') ? ' It looks like a template: render it first, e.g. with `helm template`.' : '';
    throw errorAt(
      part,
      offset,
      file,
      line,
      `This is not YAML: ${(error as YamlError | YAMLException).reason}.${hint}`,
      padding,
    );
  }
}

function errorAt(
  text: string,
  offset: number,
  file: string,
  firstLine: number,
  problem: string,
  padding?: Events['padding'],
): ManifestError {
  const before = text.slice(0, offset).split('\n');
  const index = before.length - 1;
  return new ManifestError(
    file,
    firstLine + index,
    Math.max((before[index]?.length ?? 0) + 1 - (padding?.get(index) ?? 0), 1),
    problem,
  );
}

/** Aliases can expand a small text to a huge or infinite value, which could not be traversed. */
function assertNoAliasBomb(root: unknown, source: Source): void {
  let values = 0;
  const pending: { readonly value: object; readonly depth: number }[] =
    typeof root === 'object' && root !== null ? [{ value: root, depth: 1 }] : [];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const members = Object.values(next.value);
    values += members.length;
    if (values > MAX_VALUES || next.depth > MAX_DEPTH) {
      const { file, line, column } = source.locate([]);
      throw new ManifestError(
        file,
        line,
        column,
        values > MAX_VALUES
          ? `With its aliases expanded the document has more than ${MAX_VALUES} values.`
          : `The document is nested more than ${MAX_DEPTH} levels deep.`,
      );
    }
    for (const value of members) {
      if (typeof value === 'object' && value !== null) {
        pending.push({ value, depth: next.depth + 1 });
      }
    }
  }
}
