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

  print(value: unknown, path = ''): string {
    const text = `${this.node(value, '', path)}\n`;
    // A block scalar at the end that keeps its line breaks needs the end of the document.
    return text.endsWith('\n\n') ? `${text}...\n` : text;
  }

  /** The text of a value, whose further lines have this indentation. */
  private node(value: unknown, indent: string, path: string): string {
    if (Array.isArray(value)) {
      const items = value.map((each, index) => `- ${this.node(each, `${indent}  `, `${path}/${index}`)}`);
      return items.length > 0 ? items.join(`\n${indent}`) : '[]';
    }
    if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value)
        .filter(([, each]) => each !== undefined)
        .map(([key, each]) => this.entry(key, each, indent, path));
      return entries.length > 0 ? entries.join(`\n${indent}`) : '{}';
    }
    return this.scalar(value, indent, path);
  }

  private entry(key: string, value: unknown, indent: string, path: string): string {
    const name = memoized(this.keys, key, () => keyText(key, path));
    const text = this.node(value, `${indent}  `, `${path}/${key}`);
    if (name.startsWith('? ')) {
      return `${name}\n${indent}: ${text}`;
    }
    const isBlock = typeof value === 'object' && value !== null && text !== '{}' && text !== '[]';
    return isBlock ? `${name}:\n${indent}  ${text}` : `${name}: ${text}`;
  }

  private scalar(value: unknown, indent: string, path: string): string {
    switch (typeof value) {
      case 'string': {
        const text = memoized(this.strings, value, () => stringText(value, path));
        return text.includes('\n') ? text.replace(/\n(?!\n|$)/g, `\n${indent}`) : text;
      }
      case 'number':
        return numberText(value, path);
      default:
        return String(value ?? null);
    }
  }
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
function keyText(key: string, path: string): string {
  if (PLAIN.test(key)) {
    return key;
  }
  requireUnicode(key, path);
  return dumped({ [key]: 0 }).replace(/\n?: 0\n$/, '');
}

/** Names that no parser reads as another type, and that are short enough for a key without a question mark. */
const PLAIN = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)[a-z][a-z0-9./-]{0,999}$/i;

/** A string as the value of a mapping; the lines of a block scalar have no indentation. */
function stringText(value: string, path: string): string {
  if (PLAIN.test(value)) {
    return value;
  }
  requireUnicode(value, path);
  return dumped({ k: value })
    .replace(/^k: /, '')
    .replace(/\n(\.\.\.\n)?$/, '')
    .replace(/\n {2}/g, '\n');
}

/** Integers above 2^53 have all digits, which JavaScript would round. */
function numberText(value: number, path: string): string {
  if (!Number.isFinite(value)) {
    throw unprintable(path, `The number ${String(value)}`, 'is not finite', 'Use a finite number.');
  }
  return Number.isInteger(value) && !Object.is(value, -0) && Math.abs(value) < 1e21
    ? BigInt(value).toString()
    : dumped(value).trimEnd();
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
function requireUnicode(text: string, path: string): void {
  if (LONE_SURROGATE.test(text)) {
    throw unprintable(
      path,
      `The string ${JSON.stringify(text)}`,
      'has a lone surrogate, which is not valid Unicode',
      'Correct the string.',
    );
  }
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function unprintable(path: string, what: string, why: string, remedy: string): ValidationError {
  return new ValidationError({ code: 'Unprintable', path: path || '/', summary: `${what} ${why}.`, fix: remedy });
}
