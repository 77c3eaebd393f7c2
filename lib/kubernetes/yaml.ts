import { defineScalarTag, dump, DUMP_SCHEMA, NOT_RESOLVED } from 'js-yaml';
import { ValidationError } from '../topology';

/**
 * A value as a YAML document that kubectl parses back unchanged: the same bytes as cdk8s prints, but with quotes around
 * all strings that a YAML 1.1 or 1.2 parser could resolve to another type.
 * @param path the path of the object, for errors
 * @see https://github.com/kubernetes-sigs/yaml
 */
export function toYaml(value: unknown, path = ''): string {
  return new YamlPrinter().print(value, path);
}

/**
 * Prints many objects as `toYaml` does. Mappings and lists are indented here; js-yaml decides how each string is
 * written, once, since the objects of a topology have most of their strings in common.
 */
export class YamlPrinter {
  private readonly keys = new Map<string, string>();
  private readonly strings = new Map<string, string>();
  /** The path of the value that is printed, in parts, for errors. */
  private place: Place = [];

  print(value: unknown, path: string | (() => string) = ''): string {
    this.place = [path];
    const text = `${this.node(value, 0)}\n`;
    // A block scalar at the end that keeps its line breaks needs the end of the document.
    return text.endsWith('\n\n') ? `${text}...\n` : text;
  }

  /** The text of a value, whose further lines are indented to this depth. */
  private node(value: unknown, depth: number): string {
    if (typeof value !== 'object' || value === null) {
      return this.scalar(value, depth);
    }
    return Array.isArray(value) ? this.list(value, depth) : this.mapping(value, depth);
  }

  private list(items: readonly unknown[], depth: number): string {
    let text = '';
    items.forEach((item, index) => {
      this.place.push(index);
      text += `${text === '' ? '' : lineBreak(depth)}- ${this.node(item, depth + 1)}`;
      this.place.pop();
    });
    return text === '' ? '[]' : text;
  }

  private mapping(fields: object, depth: number): string {
    let text = '';
    for (const key of Object.keys(fields)) {
      const value: unknown = Reflect.get(fields, key);
      if (value !== undefined) {
        text += `${text === '' ? '' : lineBreak(depth)}${this.entry(key, value, depth)}`;
      }
    }
    return text === '' ? '{}' : text;
  }

  private entry(key: string, value: unknown, depth: number): string {
    const name = memoized(this.keys, key, () => keyText(key, this.place));
    this.place.push(key);
    const text = this.node(value, depth + 1);
    this.place.pop();
    if (name.startsWith('? ')) {
      return `${name}${lineBreak(depth)}: ${text}`;
    }
    const isBlock = typeof value === 'object' && value !== null && text !== '{}' && text !== '[]';
    return isBlock ? `${name}:${lineBreak(depth + 1)}${text}` : `${name}: ${text}`;
  }

  private scalar(value: unknown, depth: number): string {
    switch (typeof value) {
      case 'string': {
        const text = memoized(this.strings, value, () => stringText(value, this.place));
        return text.includes('\n') ? text.replace(/\n(?!\n|$)/g, lineBreak(depth)) : text;
      }
      case 'number':
        return numberText(value, this.place);
      default:
        return String(value ?? null);
    }
  }
}

type Place = (string | number | (() => string))[];

const LINE_BREAKS: string[] = [];

/** A line break, and the indentation of the next line. */
function lineBreak(depth: number): string {
  return (LINE_BREAKS[depth] ??= `\n${'  '.repeat(depth)}`);
}

function memoized(texts: Map<string, string>, key: string, textOf: () => string): string {
  let text = texts.get(key);
  if (text === undefined) {
    text = textOf();
    texts.set(key, text);
  }
  return text;
}

/** A key without its colon; with the question mark of a long one, or of one with line breaks. */
function keyText(key: string, place: Place): string {
  if (PLAIN.test(key)) {
    return key;
  }
  requireUnicode(key, place);
  return dumped({ [key]: 0 }).replace(/\n?: 0\n$/, '');
}

/** Names that no parser reads as another type, and that are short enough for a key without a question mark. */
const PLAIN = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)(?:\.\/)?[a-z][a-z0-9./-]{0,999}$/i;

/** A string as the value of a mapping; the lines of a block scalar have no indentation. */
function stringText(value: string, place: Place): string {
  if (PLAIN.test(value)) {
    return value;
  }
  requireUnicode(value, place);
  return dumped({ k: value })
    .replace(/^k: /, '')
    .replace(/\n(\.\.\.\n)?$/, '')
    .replace(/\n {2}/g, '\n');
}

/** Integers above 2^53 have all digits, which JavaScript would round. */
function numberText(value: number, place: Place): string {
  if (!Number.isFinite(value)) {
    throw unprintable(place, `The number ${String(value)}`, 'is not finite', 'Use a finite number.');
  }
  if (!Number.isInteger(value) || Object.is(value, -0) || Math.abs(value) >= 1e21) {
    return dumped(value).trimEnd();
  }
  return Number.isSafeInteger(value) ? String(value) : BigInt(value).toString();
}

function dumped(value: unknown): string {
  return dump(value, { noRefs: true, lineWidth: -1, quoteStyle: 'double', schema: SCHEMA });
}

/**
 * Numbers that kubectl accepts beyond the notations of YAML 1.1 and 1.2: it removes all underscores first, and supports
 * the prefixes of Go, also in upper case.
 * @see https://github.com/yaml/go-yaml/blob/v2/resolve.go
 */
const GO_NUMBER = /^[-+]?(0b[-+]?[01]+|0o?[0-7]+|0x[0-9a-f]+|[0-9]+|([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]+)?)$/i;

const goNumber = defineScalarTag('tag:yaml.org,2002:go-number', {
  implicit: true,
  implicitFirstChars: [...'+-._0123456789'],
  resolve: text => (GO_NUMBER.test(text.replace(/_/g, '')) ? text : NOT_RESOLVED),
  identify: () => false,
});

const SCHEMA = DUMP_SCHEMA.withTags(goNumber);

/** Throws for a string that is not valid Unicode, since no parser would return it unchanged. */
function requireUnicode(text: string, place: Place): void {
  if (LONE_SURROGATE.test(text)) {
    throw unprintable(
      place,
      `The string ${JSON.stringify(text)}`,
      'has a lone surrogate, which is not valid Unicode',
      'Correct the string.',
    );
  }
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function unprintable(place: Place, what: string, why: string, remedy: string): ValidationError {
  return new ValidationError({
    code: 'Unprintable',
    path: place.map(each => (typeof each === 'function' ? each() : each)).join('/') || '/',
    summary: `${what} ${why}.`,
    fix: remedy,
  });
}
