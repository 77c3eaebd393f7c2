/** The plain scalars that are booleans or null in go-yaml 2, which kubectl uses: YAML 1.1. */
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ...inEachCase(true, 'y', 'yes', 'true', 'on'),
  ...inEachCase(false, 'n', 'no', 'false', 'off'),
  ...inEachCase(null, '~', 'null'),
  ['', null],
]);
const NOT_FINITE = /^([+-]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/;
const FRACTION = /^\.[0-9]+(_[0-9]+)*([eE][-+]?[0-9]+(_[0-9]+)*)?$/;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9][0-9]*|0)$/;
/** Those that every notation reads alike, with digits that a JavaScript number has. */
const USUAL_INTEGER = /^[1-9][0-9]{0,14}$/;
const BINARY_WITH_SIGN = /^0b([-+])([01]+)$/;
const DATE = /^\d{4}-\d{1,2}-\d{1,2}([Tt ]|$)/;
const BASE64 = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const [LEAST_INTEGER, MOST_INTEGER, MOST_UNSIGNED] = [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 64n - 1n];

/** The value of a scalar; its kind is the name of its tag. */
export interface Scalar {
  readonly kind: 'str' | 'int' | 'uint' | 'float' | 'bool' | 'null';
  readonly value: string | number | boolean | null;
  /** The digits of an integer, which may be more than a JavaScript number has. */
  readonly digits?: string;
}

/** The reason that a scalar cannot be read, or cannot be the name of a field. */
export class ScalarError extends Error {
  override readonly name = 'ScalarError';
}

/**
 * A scalar as kubectl reads it. The tag is e.g. `!!int`; without a tag, a quoted or block scalar is a string.
 * @see https://github.com/yaml/go-yaml/blob/v2.4.2/resolve.go
 */
export function scalarOf(text: string, isPlain: boolean, tag: string): Scalar {
  if (tag === '') {
    return isPlain ? resolved(text) : textOf(text);
  }
  switch (tag) {
    case '!!str':
      return textOf(text);
    case '!!binary':
      return textOf(decoded(text));
    case '!!timestamp':
      return DATE.test(text) ? textOf(text) : mismatch(text, tag);
    case '!!int':
      return ofKind(resolved(text), ['int', 'uint'], text, tag);
    case '!!float':
      return ofKind(resolved(text), ['float', 'int', 'uint'], text, tag);
    case '!!bool':
      return ofKind(resolved(text), ['bool'], text, tag);
    case '!!null':
      return ofKind(resolved(text), ['null'], text, tag);
    default:
      throw new ScalarError(`unknown tag ${tag}`);
  }
}

/** The name of a field that is written as a scalar: in JSON, to which kubectl converts YAML, it is a string. */
export function nameOf({ kind, value, digits }: Scalar): string {
  switch (kind) {
    case 'str':
    case 'bool':
      return String(value);
    case 'int':
      return digits ?? String(value);
    case 'float':
      return nameOfFloat(Number(value));
    default:
      throw new ScalarError('the name of a field is null, or a number that is too large: put it in quotes');
  }
}

/** Go formats further digits, and exponents, differently from JavaScript. */
function nameOfFloat(value: number): string {
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e6 || Number(value.toPrecision(6)) !== value) {
    throw new ScalarError('the name of a field is a number that programs format differently: put it in quotes');
  }
  return String(value);
}

function resolved(text: string): Scalar {
  const word = WORDS.get(text);
  if (word !== undefined) {
    return { kind: word === null ? 'null' : 'bool', value: word };
  }
  const first = text.charCodeAt(0);
  if (first === 46) {
    return FRACTION.test(text) ? floatOf(text.replaceAll('_', ''), text) : refusingInfinity(text);
  }
  return (first >= 48 && first <= 57) || first === 43 || first === 45 ? numberOf(text) : textOf(text);
}

function numberOf(text: string): Scalar {
  if (USUAL_INTEGER.test(text)) {
    return { kind: 'int', value: Number(text), digits: text };
  }
  const plain = text.replaceAll('_', '');
  const [, sign = '', magnitude = ''] =
    INTEGER.exec(plain) ?? BINARY_WITH_SIGN.exec(plain)?.map((part, index) => (index === 2 ? `0b${part}` : part)) ?? [];
  if (magnitude !== '') {
    const size = BigInt(/^0[0-7]/.test(magnitude) ? `0o${magnitude.slice(1)}` : magnitude.toLowerCase());
    const whole = sign === '-' ? -size : size;
    if (whole >= LEAST_INTEGER && whole <= MOST_INTEGER) {
      return { kind: 'int', value: Number(whole), digits: String(whole) };
    }
    if (sign === '' && whole <= MOST_UNSIGNED) {
      return { kind: 'uint', value: Number(whole) };
    }
  }
  return FLOAT.test(plain) ? floatOf(plain, text) : refusingInfinity(text);
}

/** A scalar beyond the range of numbers is a string. */
function floatOf(digits: string, text = digits): Scalar {
  const value = Number(digits);
  return Number.isFinite(value) ? { kind: 'float', value } : textOf(text);
}

function refusingInfinity(text: string): Scalar {
  if (NOT_FINITE.test(text)) {
    throw new ScalarError(`${text} is a number that JSON, to which kubectl converts YAML, does not have`);
  }
  return textOf(text);
}

function textOf(value: string): Scalar {
  return { kind: 'str', value };
}

function decoded(text: string): string {
  const bytes = text.replace(/[\r\n]/g, '');
  if (!BASE64.test(bytes)) {
    throw new ScalarError('the value of !!binary is not base64');
  }
  return Buffer.from(bytes, 'base64').toString('utf8');
}

function ofKind(scalar: Scalar, kinds: readonly Scalar['kind'][], text: string, tag: string): Scalar {
  return kinds.includes(scalar.kind) ? scalar : mismatch(text, tag);
}

function mismatch(text: string, tag: string): never {
  throw new ScalarError(`${text} is not a value of ${tag}`);
}

function inEachCase<T>(value: T, ...words: readonly string[]): [string, T][] {
  return words
    .flatMap(word => [word, word.charAt(0).toUpperCase() + word.slice(1), word.toUpperCase()])
    .map(word => [word, value]);
}
