import fc from 'fast-check';
import { dump, load } from 'js-yaml';
import { parse } from 'yaml';
import { toYaml } from '../../lib/kubernetes';
import { YamlPrinter } from '../../lib/kubernetes/yaml';

/** Texts that some reader of YAML takes for something else. */
const treacherous = fc.constantFrom(
  '',
  ' ',
  'yes',
  'no',
  'on',
  'off',
  'y',
  'N',
  'NO',
  'true',
  'null',
  '~',
  '0777',
  '0o17',
  '0x1F',
  '0b11',
  '1_000',
  '1e3',
  '.inf',
  '1:30',
  '190:20:30',
  '09_30',
  '08_15',
  '0B1',
  '0X1F',
  '0O7',
  '1_e3',
  '1e3_',
  '+_1',
  '_.5',
  '._5',
  '-2E+05',
  '1__0',
  '+0x1',
  '0_x1',
  '1.e3',
  'nan',
  '.NaN',
  '+.inf',
  'a\u0085b',
  'a\u2028b',
  '\uFEFFa',
  'a\u007Fb',
  'a\u0000b',
  'a\r\nb',
  '  a\nb',
  '\n a\n',
  'a\n\n',
  'a\n---\nb',
  '2001-12-14T21:59:43Z',
  '2001-01-01',
  '=',
  '<<',
  '-',
  '? x',
  '# x',
  'a: b',
  'a #b',
  '*a',
  '&a',
  '!a',
  '%a',
  '@a',
  '`a',
  '{{x}}',
  '[a]',
  '|',
  '>',
  'a\nb',
  'a\n',
  '\ta',
  'ä',
  '👍',
  '---',
  '...',
);
/** Numbers without a digit before the exponent, as the reader of the 1.1 test alone takes them: kubectl's does not. */
const QUIRK = /^[-+]?[_.]*([eE][-+]?\d+)?$/;
const text = fc.oneof(
  treacherous,
  fc.string({ maxLength: 20 }).filter(each => !QUIRK.test(each)),
);
const value = fc.letrec(tie => ({
  any: fc.oneof({ maxDepth: 3 }, text, fc.integer(), fc.boolean(), fc.constant(null), tie('list'), tie('map')),
  list: fc.array(tie('any'), { maxLength: 4 }),
  map: fc.dictionary(
    text.filter(key => key !== '__proto__'),
    tie('any'),
    { maxKeys: 4 },
  ),
})).map;

test.each<[string, (yaml: string) => unknown]>([
  ['YAML 1.2', yaml => load(yaml)],
  ['YAML 1.1, which kubectl reads', yaml => parse(yaml, { version: '1.1' })],
])('what is written is read back as it was, as %s', (_name, read) => {
  fc.assert(
    fc.property(value, object => {
      expect(read(toYaml(object))).toEqual(JSON.parse(JSON.stringify(object)));
    }),
    { numRuns: 300 },
  );
});

/** Texts that each schema reads as strings, so that js-yaml writes them alike whatever its schema. */
const lines = fc
  .array(
    fc.constantFrom('word', 'x: y', '- ', '#', '"', '\n', '\n\n', ' ', '\t', '\r', '\u0085', 'w'.repeat(1025), './'),
    {
      maxLength: 6,
    },
  )
  .map(pieces => pieces.join(''));
const nested = fc.letrec(tie => ({
  any: fc.oneof(
    { maxDepth: 4 },
    lines,
    fc.integer(),
    fc.constantFrom(true, null, undefined, 0.5, -0, 1e21),
    tie('list'),
    tie('map'),
  ),
  list: fc.array(tie('any'), { maxLength: 4 }),
  map: fc.dictionary(lines, tie('any'), { maxKeys: 4 }),
})).map;

test('one printer indents the mappings, lists and block scalars of all objects as js-yaml does', () => {
  const printer = new YamlPrinter();
  fc.assert(
    fc.property(nested, object => {
      expect(printer.print(object)).toBe(dump(object, { noRefs: true, lineWidth: -1, quoteStyle: 'double' }));
    }),
    { numRuns: 500 },
  );
});

test('one value in two places is written twice, since Kubernetes supports no anchors', () => {
  const labels = { app: 'cart' };
  expect(toYaml({ a: labels, b: labels })).toBe('a:\n  app: cart\nb:\n  app: cart\n');
});

test('no line is broken, however long', () => {
  const long = Array.from({ length: 60 }, () => 'word').join(' ');
  expect(toYaml({ long })).toBe(`long: ${long}\n`);
});

test.each([
  '09_30',
  '08_15',
  '0B1',
  '0b+1',
  '0X1F',
  '1_e3',
  '1e3_',
  '0o17',
  '1_000',
  '+1',
  '.5',
  '1:30',
  'yes',
  'Off',
  'n',
  '~',
  '=',
  '<<',
  '2001-01-01',
  '.inf',
  '1e400',
])('quotes are around %s, as a value and as a key', text => {
  expect(toYaml({ [text]: text, list: [text] })).toBe(`"${text}": "${text}"\nlist:\n  - "${text}"\n`);
});

test.each([
  'cart',
  'v1',
  '1.2.3',
  '10.0.0.1:80',
  '5432/TCP',
  '10s',
  '100m',
  '1Gi',
  '1a',
  'e3',
  'a_1',
  'x0B1',
  'NaN',
  'infinity',
  '_',
  '-a',
  '1-2',
  '8080:8080',
  './cart',
  './no',
  './y',
])('there are no quotes around %s, which every parser reads as text', text => {
  expect(toYaml({ [text]: text })).toBe(`${text}: ${text}\n`);
});

test.each<[string, number, string]>([
  ['the largest integer that JavaScript holds', 2 ** 53 - 1, '9007199254740991'],
  ['a larger one, in all its digits', 2 ** 60, '1152921504606846976'],
  ['a negative one', -(2 ** 62), '-4611686018427387904'],
  ['a number beyond 64 bits', 1e21, '1.e+21'],
  ['a small fraction', 1e-7, '1.e-7'],
  ['minus zero', -0, '-0.0'],
])('%s is read back as it was', (_what, number, text) => {
  expect(toYaml({ number })).toBe(`number: ${text}\n`);
  expect(parse(`${text}\n`, { version: '1.1' })).toBe(number);
});

test.each<[string, unknown, string]>([
  ['half of a surrogate pair', { data: { a: 'x\uD800y' } }, '[/data/a] The string "x\\ud800y" has a lone surrogate'],
  ['half of a surrogate pair in a key', { data: { '\uDC00': 'a' } }, '[/data] The string "\\udc00"'],
  ['NaN', { spec: [1, NaN] }, '[/spec/1] The number NaN is not finite'],
  ['infinity', { spec: -Infinity }, '[/spec] The number -Infinity'],
])('%s throws, since no parser would read it back', (_what, value, told) => {
  expect(() => toYaml(value)).toThrow(told);
});

test('whole pairs of surrogates are text', () => {
  expect(toYaml({ a: '👍' })).toBe('a: 👍\n');
});
