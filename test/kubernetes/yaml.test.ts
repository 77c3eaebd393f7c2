import fc from 'fast-check';
import { load } from 'js-yaml';
import { parse } from 'yaml';
import { toYaml } from '../../lib/kubernetes';

/** Texts that some reader of YAML takes for something else. */
const treacherous = fc.constantFrom(
  '', ' ', 'yes', 'no', 'on', 'off', 'y', 'N', 'NO', 'true', 'null', '~', '0777', '0o17', '0x1F', '0b11', '1_000', '1e3', '.inf', '1:30', '190:20:30',
  '2001-01-01', '=', '<<', '-', '? x', '# x', 'a: b', 'a #b', '*a', '&a', '!a', '%a', '@a', '`a', '{{x}}', '[a]', '|', '>', 'a\nb', 'a\n', '\ta', 'ä', '👍', '---', '...',
);
/** Numbers without a digit before the exponent, as the reader of the 1.1 test alone takes them: kubectl's does not. */
const QUIRK = /^[-+]?[_.]*([eE][-+]?\d+)?$/;
const text = fc.oneof(treacherous, fc.string({ maxLength: 20 }).filter(each => !QUIRK.test(each)));
const value = fc.letrec(tie => ({
  any: fc.oneof({ maxDepth: 3 }, text, fc.integer(), fc.boolean(), fc.constant(null), tie('list'), tie('map')),
  list: fc.array(tie('any'), { maxLength: 4 }),
  map: fc.dictionary(text.filter(key => key !== '__proto__'), tie('any'), { maxKeys: 4 }),
})).map;

test.each<[string, (yaml: string) => unknown]>([
  ['YAML 1.2', yaml => load(yaml)],
  ['YAML 1.1, which kubectl reads', yaml => parse(yaml, { version: '1.1' })],
])('what is written is read back as it was, as %s', (_name, read) => {
  fc.assert(fc.property(value, object => {
    expect(read(toYaml(object))).toEqual(JSON.parse(JSON.stringify(object)));
  }), { numRuns: 300 });
});

test('one value in two places is written twice, since Kubernetes knows no anchors', () => {
  const labels = { app: 'cart' };
  expect(toYaml({ a: labels, b: labels })).toBe('a:\n  app: cart\nb:\n  app: cart\n');
});

test('no line is broken, however long', () => {
  const long = Array.from({ length: 60 }, () => 'word').join(' ');
  expect(toYaml({ long })).toBe(`long: ${long}\n`);
});
