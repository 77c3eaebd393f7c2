import { type Event, parseEvents, YAMLException } from 'js-yaml';

/** The maximum nesting depth of the values of a document. */
export const MAX_DEPTH = 100;
/**
 * The maximum number of characters of a file that are parsed again, for lines that are not indented enough for YAML
 * 1.2.
 */
const MAX_READ_AGAIN = 32 * 1024 * 1024;
const WIDTH = 64;
const MAX_WIDTH = 1024;

/** A text with its events, in which lines are indented further than they were written. */
export interface Events {
  readonly text: string;
  readonly events: readonly Event[];
  /** By the number of a line, from 0: the spaces that were added before it. */
  readonly padding: ReadonlyMap<number, number>;
}

/** How many characters of a file may still be parsed again. */
export interface Budget {
  left: number;
}

export function newBudget(): Budget {
  return { left: MAX_READ_AGAIN };
}

/**
 * The events of a YAML document. YAML 1.2 requires that lines within quotes and brackets are indented further than the
 * field that they belong to; kubectl does not look at their indentation, so such lines are indented here before they
 * are parsed. Throws a YAMLException.
 */
export function eventsOf(written: string, budget: Budget = newBudget()): Events {
  const padding = new Map<number, number>();
  let text = written;
  for (;;) {
    try {
      return { text, events: parseEvents(text, { maxDepth: MAX_DEPTH }), padding };
    } catch (error) {
      if (!(error instanceof YAMLException) || error.reason !== 'deficient indentation' || error.mark === undefined) {
        throw error;
      }
      budget.left -= text.length;
      const next = budget.left < 0 ? undefined : indented(text, error.mark.position, padding);
      if (next === undefined) {
        throw error;
      }
      text = next;
    }
  }
}

/**
 * The text with the line at an offset indented, and those that follow within the same quotes; undefined if that does
 * not make it valid.
 */
function indented(text: string, offset: number, padding: Map<number, number>): string | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const quote = quoteBefore(`${text.slice(0, start)}${' '.repeat(MAX_WIDTH)}`);
  const end = quote === undefined ? endOfLine(text, start) : endOfLine(text, endOfQuotes(text, start, quote));
  const first = text.slice(0, start).split('\n').length - 1;
  if ((padding.get(first) ?? 0) >= MAX_WIDTH) {
    return undefined;
  }
  const lines = text
    .slice(start, end)
    .split('\n')
    .map((line, index) => {
      const before = padding.get(first + index) ?? 0;
      const width = before === 0 ? WIDTH : before * 3;
      padding.set(first + index, before + width);
      return `${' '.repeat(width)}${line}`;
    });
  return `${text.slice(0, start)}${lines.join('\n')}${text.slice(end)}`;
}

/** The quotes that are open at the end of a text, if any. */
function quoteBefore(text: string): string | undefined {
  try {
    parseEvents(text, { maxDepth: MAX_DEPTH });
    return undefined;
  } catch (error) {
    const [, kind] =
      error instanceof YAMLException ? (/within a (single|double) quoted scalar$/.exec(error.reason) ?? []) : [];
    return kind === undefined ? undefined : kind === 'single' ? "'" : '"';
  }
}

function endOfQuotes(text: string, start: number, quote: string): number {
  for (let at = start; at < text.length; at++) {
    const isEscaped = quote === '"' ? text[at] === '\\' : text[at] === quote && text[at + 1] === quote;
    if (isEscaped) {
      at++;
    } else if (text[at] === quote) {
      return at;
    }
  }
  return text.length;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
