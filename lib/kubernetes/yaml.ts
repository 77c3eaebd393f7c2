import { defineScalarTag, dump, DUMP_SCHEMA, NOT_RESOLVED } from 'js-yaml';
import { ValidationError } from '../topology';
import { NOT_PLAIN, plainValue } from './plain-value';
import { sortedKeys } from './sorted-keys';

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
  /** By depth. */
  private readonly keys: Map<string, Key>[] = [];
  private readonly strings = new Map<string, string>();
  /** The path of the object that is printed, and of the value in it, in parts, for errors. */
  private path: Path = '';
  private readonly place: (string | number)[] = [];
  /** Whether values are printed as they are declared. */
  private isDeclared = false;

  print(value: unknown, path: Path = ''): string {
    this.path = path;
    const text = `${this.node(value, 0)}\n`;
    // A block scalar at the end that keeps its line breaks needs the end of the document.
    return text.endsWith('\n\n') ? `${text}...\n` : text;
  }

  /** Prints the JSON of declared fields without making it; undefined if only cdk8s can render them. */
  printDeclared(fields: object, path: Path): string | undefined {
    this.isDeclared = true;
    try {
      return this.print(fields, path);
    } catch (error) {
      if (error === NOT_PLAIN) {
        return undefined;
      }
      throw error;
    } finally {
      this.isDeclared = false;
    }
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
    for (let index = 0; index < items.length; index++) {
      this.place[depth] = index;
      const item = this.node(this.valueOf(items[index]), depth + 1);
      text += index === 0 ? `- ${item}` : `${lineBreak(depth)}- ${item}`;
    }
    return text === '' ? '[]' : text;
  }

  private mapping(fields: object, depth: number): string {
    const keys = (this.keys[depth] ??= new Map<string, Key>());
    let text = '';
    for (const key of this.isDeclared && depth > 0 ? sortedKeys(fields) : Object.keys(fields)) {
      const value = this.valueOf((fields as Readonly<Record<string, unknown>>)[key]);
      if (value !== undefined) {
        const { first, next } = keys.get(key) ?? this.newKey(keys, key, depth);
        this.place[depth] = key;
        const inner = this.node(value, depth + 1);
        const isBlock = typeof value === 'object' && value !== null && inner !== '{}' && inner !== '[]';
        const { scalar, block } = text === '' ? first : next;
        text += (isBlock ? block : scalar) + inner;
      }
    }
    return text === '' ? '{}' : text;
  }

  private valueOf(value: unknown): unknown {
    const plain = this.isDeclared ? plainValue(value) : value;
    if (plain === NOT_PLAIN) {
      throw NOT_PLAIN;
    }
    return plain;
  }

  private scalar(value: unknown, depth: number): string {
    switch (typeof value) {
      case 'string': {
        const text = this.strings.get(value) ?? this.newString(value, depth);
        return text.includes('\n') ? text.replace(/\n(?!\n|$)/g, lineBreak(depth)) : text;
      }
      case 'number':
        return numberText(value, () => this.placeAt(depth));
      default:
        return String(value ?? null);
    }
  }

  private newKey(keys: Map<string, Key>, key: string, depth: number): Key {
    const name = keyText(key, () => this.placeAt(depth));
    const isLong = name.startsWith('? ');
    const scalar = isLong ? `${name}${lineBreak(depth)}: ` : `${name}: `;
    const block = isLong ? scalar : `${name}:${lineBreak(depth + 1)}`;
    const next = { scalar: `${lineBreak(depth)}${scalar}`, block: `${lineBreak(depth)}${block}` };
    const text = { first: { scalar, block }, next };
    keys.set(key, text);
    return text;
  }

  private newString(value: string, depth: number): string {
    const text = stringText(value, () => this.placeAt(depth));
    this.strings.set(value, text);
    return text;
  }

  private placeAt(depth: number): string {
    return [typeof this.path === 'string' ? this.path : this.path(), ...this.place.slice(0, depth)].join('/');
  }
}

/** The text before a scalar, and before a mapping or list, as the first entry of a mapping and as a further one. */
interface Key {
  readonly first: { readonly scalar: string; readonly block: string };
  readonly next: Key['first'];
}

/** The path of an object, or what finds it. */
type Path = string | (() => string);

/** The place of a value, for errors. */
type Place = () => string;

const LINE_BREAKS: string[] = [];

/** A line break, and the indentation of the next line. */
function lineBreak(depth: number): string {
  return (LINE_BREAKS[depth] ??= `\n${'  '.repeat(depth)}`);
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
    path: place() || '/',
    summary: `${what} ${why}.`,
    fix: remedy,
  });
}
