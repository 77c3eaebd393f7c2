import { loadResources, ManifestError, parseDocuments } from '../../lib/manifests';

const valuesIn = (text: string) => parseDocuments(text, 'a.yaml').map(each => each.value);

/** What sigs.k8s.io/yaml 1.6.0, by which kubectl reads, makes of each text. */
const VALUES: readonly [string, unknown[]][] = [
  ['a: 02471', [{ a: 1337 }]],
  ['a: 0o14', [{ a: 12 }]],
  ['a: 0x1F', [{ a: 31 }]],
  ['a: 0b11', [{ a: 3 }]],
  ['a: -0b11', [{ a: -3 }]],
  ['a: 0b-1', [{ a: -1 }]],
  ['a: 1_000', [{ a: 1000 }]],
  ['a: 1:30', [{ a: '1:30' }]],
  ['a: y', [{ a: true }]],
  ['a: Y', [{ a: true }]],
  ['a: n', [{ a: false }]],
  ['a: yes', [{ a: true }]],
  ['a: No', [{ a: false }]],
  ['a: on', [{ a: true }]],
  ['a: OFF', [{ a: false }]],
  ['a: true', [{ a: true }]],
  ['a: TRUE', [{ a: true }]],
  ['a: tRUE', [{ a: 'tRUE' }]],
  ['a: ~', [{ a: null }]],
  ['a: null', [{ a: null }]],
  ['a: Null', [{ a: null }]],
  ['a: nULL', [{ a: 'nULL' }]],
  ['a: ', [{ a: null }]],
  ['a: =', [{ a: '=' }]],
  ['a: <<', [{ a: '<<' }]],
  ['a: 08', [{ a: 8 }]],
  ['a: 0128', [{ a: 128 }]],
  ['a: +12', [{ a: 12 }]],
  ['a: -0', [{ a: 0 }]],
  ['a: 1e3', [{ a: 1000 }]],
  ['a: 1E3', [{ a: 1000 }]],
  ['a: .5', [{ a: 0.5 }]],
  ['a: .5_0', [{ a: 0.5 }]],
  ['a: 1.', [{ a: 1 }]],
  ['a: 1e999', [{ a: '1e999' }]],
  ['a: 9223372036854775807', [{ a: 9223372036854776000 }]],
  ['a: 18446744073709551615', [{ a: 18446744073709552000 }]],
  ['a: 18446744073709551616', [{ a: 18446744073709552000 }]],
  ['a: 2001-01-01', [{ a: '2001-01-01' }]],
  ['a: 2001-01-01T00:00:00Z', [{ a: '2001-01-01T00:00:00Z' }]],
  ['a: 12:30:45', [{ a: '12:30:45' }]],
  ['a: 0x', [{ a: '0x' }]],
  ['a: 0b2', [{ a: '0b2' }]],
  ['a: _1', [{ a: '_1' }]],
  ['a: 1__0', [{ a: 10 }]],
  ['a: !!int "3"', [{ a: 3 }]],
  ['a: !!str 3', [{ a: '3' }]],
  ['a: !!float 3', [{ a: 3 }]],
  ['a: !!bool "yes"', [{ a: true }]],
  ['a: !!null ""', [{ a: null }]],
  ['a: !!binary aGk=', [{ a: 'hi' }]],
  ['a: !<tag:yaml.org,2002:str> 1', [{ a: '1' }]],
  ['a: "yes"', [{ a: 'yes' }]],
  ["a: '012'", [{ a: '012' }]],
  ['a: |\n  yes', [{ a: 'yes\n' }]],
  ['a: a # b', [{ a: 'a' }]],
  ['a: a#b', [{ a: 'a#b' }]],
  ['a: "a\n  b"', [{ a: 'a b' }]],
  ['1: x', [{ '1': 'x' }]],
  ['0x10: x', [{ '16': 'x' }]],
  ['1.5: x', [{ '1.5': 'x' }]],
  ['1e3: x', [{ '1000': 'x' }]],
  ['true: x', [{ true: 'x' }]],
  ['yes: x', [{ true: 'x' }]],
  ['"1": x', [{ '1': 'x' }]],
  ['<<: {a: 1}', [{ a: 1 }]],
  ['"<<": {a: 1}', [{ '<<': { a: 1 } }]],
  ['a: 1\n<<: {a: 2}', [{ a: 2 }]],
  ['<<: {a: 2}\na: 1', [{ a: 1 }]],
  ['<<: [{a: 1}, {a: 2, b: 3}]', [{ a: 1, b: 3 }]],
  ['__proto__: {a: 1}', [{ ['__proto__']: { a: 1 } }]],
  ['a: &x 1\nb: *x', [{ a: 1, b: 1 }]],
  ['--- # c\na: 1', [{ a: 1 }]],
  ['---\na: 1\n---\n---\nb: 2\n---', [{ a: 1 }, { b: 2 }]],
  ['\ufeffa: 1', [{ a: 1 }]],
  ['a: 1\r\nb: 2\r\n', [{ a: 1, b: 2 }]],
  ['a: [\n1\n]', [{ a: [1] }]],
  ['a: {b: [1,\n2\n]\n}', [{ a: { b: [1, 2] } }]],
  ['a: "x\ny"', [{ a: 'x y' }]],
  ["a: 'x\n\ny'\nb: 1", [{ a: 'x\ny', b: 1 }]],
  ['k:\n  a: "x\n  y"\n  b: 2', [{ k: { a: 'x y', b: 2 } }]],
  ['a: [x,\ny]', [{ a: ['x', true] }]],
  ['- a: "x\n y"', [[{ a: 'x y' }]]],
  ['{"a": 1, "b": [true]}', [{ a: 1, b: [true] }]],
  ['{\n\t"a": 1\n}', [{ a: 1 }]],
  ['a:\tb', [{ a: 'b' }]],
  ['a: 1\n...\n', [{ a: 1 }]],
  ['# c', []],
  ['---\n# c\n---\na: 1', [{ a: 1 }]],
  ['a: [b: c]', [{ a: [{ b: 'c' }] }]],
  ['? a\n: b', [{ a: 'b' }]],
  ['a: >\n  x\n  y\n\n  z\n', [{ a: 'x y\nz\n' }]],
  ['a: |+\n  x\n\n', [{ a: 'x\n\n' }]],
  ['a: |-\n  x', [{ a: 'x' }]],
  ['a: !!map {x: 1}', [{ a: { x: 1 } }]],
];

test.each(VALUES)('%j has the values that kubectl reads', (text, values) => {
  expect(JSON.stringify(valuesIn(text))).toBe(JSON.stringify(values));
});

/** What sigs.k8s.io/yaml refuses, or reads in another way than the specification or most programs have it. */
const REFUSED: readonly string[] = [
  'a: .inf',
  'a: -.inf',
  'a: .nan',
  'a: !!int x',
  '1e6: x',
  'null: x',
  '~: x',
  '<<: 1',
  'x: &x [1]\n<<: *x',
  'a: *x',
  'a: &x [*x]',
  'a: &x 1\n---\nb: *x',
  '--- {a: 1}',
  '---a: 1',
  '%YAML 1.1\n---\na: 1',
  '%YAML 1.2\n---\na: 1',
  '\ta: 1',
  'a:\n\tb: 1',
  'a: 1\n...\nb: 2',
  'a: b: c',
  'a: @x',
  'a: `x',
  'a: %x',
  '? [a]\n: b',
  'a: 1\n b: 2',
  'a: "\\q"',
  'a: x\u0000',
  'a: x\u2028  b: 1',
  '# x\u2028a: 1',
  '# x\u0085a: 1',
  'a: !foo b',
  'a: !!set {x}',
  '"1": x\n1: y',
  'yes: x\ntrue: y',
  'a: 1\ra: 2',
  'a: "\ud800"',
  '{"a": 1, "a": 2}',
  'a: [b:]',
  'a: [b:, c]',
  'a: {b:}',
  'a: {b:, c: d}',
  'a: [?b]',
  'a: {?b: c}',
];

test.each(REFUSED)('%j is rejected', text => {
  expect(() => valuesIn(text)).toThrow(ManifestError);
});

test('where lines are indented less than YAML 1.2 requires, places are those of the file', () => {
  const [resource] = loadResources(
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations:\n    x: "one\n    '
      + 'two\n\nthree"\n    list: [\n    one,\n{z: 1}\n    ]\ndata: {b: c}\n',
    { file: 'a.yaml' },
  );

  expect(resource?.annotations.x).toBe('one two\nthree');
  expect(resource?.locate(['metadata', 'annotations', 'list', 0])).toEqual({ file: 'a.yaml', line: 11, column: 5 });
  expect(resource?.locate(['metadata', 'annotations', 'list', 1, 'z'])).toEqual({
    file: 'a.yaml',
    line: 12,
    column: 2,
  });
  expect(resource?.locate(['data', 'b'])).toEqual({ file: 'a.yaml', line: 14, column: 8 });
});

test('a field with a name that is no text is found where it is written', () => {
  const [resource] = loadResources('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  0x10: yes\n', {
    file: 'a.yaml',
  });
  expect([resource?.root.get('data', '16').isTrue, resource?.locate(['data', '16'])]).toEqual([
    true,
    { file: 'a.yaml', line: 5, column: 3 },
  ]);
});

/** Shapes that grow, each of the size given. */
const SHAPES: readonly [string, (size: number) => string][] = [
  ['blank lines', size => `${'\n'.repeat(size)}a: 1`],
  ['comments', size => `${'# x\n'.repeat(size)}a: 1`],
  ['spaces', size => `${' '.repeat(size)}\na: 1`],
  ['separators', size => '---\n'.repeat(size / 8)],
  ['documents', size => '---\na: 1\n'.repeat(size / 16)],
  ['a long text', size => `a: ${'x'.repeat(size)}`],
  ['a long name', size => `${'k'.repeat(size)}: 1`],
  ['a text of many lines', size => `a: |\n${'  x\n'.repeat(size)}`],
  ['a quoted text of many lines that are not indented', size => `a: "${'x\n'.repeat(size)}"`],
  ['brackets of many lines that are not indented', size => `a: [\n${'x,\n'.repeat(size)}]`],
  ['open brackets', size => '['.repeat(size)],
  ['open braces', size => '{a: '.repeat(size)],
  ['nested items', size => '- '.repeat(size)],
  ['items', size => '- a\n'.repeat(size / 2)],
  ['names', size => Array.from({ length: size / 8 }, (_, index) => `k${index}: 1\n`).join('')],
  ['properties', size => `a: ${'!!str '.repeat(size)}`],
  ['digits', size => `a: 0x${'1'.repeat(size)}`],
  ['quotes', size => `a: ${'"x" '.repeat(size)}`],
  [
    'merged maps, each of those before',
    size => {
      const merged = (_: unknown, index: number) => `x${index + 1}: &x${index + 1} {<<: *x${index}, k${index}: 1}\n`;
      return `x0: &x0 {a: 1}\n${Array.from({ length: size / 20 }, merged).join('')}`;
    },
  ],
];

test.each(SHAPES)('a file of %s is read or rejected in bounded time', (_name, shape) => {
  const started = performance.now();
  try {
    valuesIn(shape(100_000));
  } catch (error) {
    expect(error).toBeInstanceOf(ManifestError);
  }
  expect(performance.now() - started).toBeLessThan(20_000);
});
