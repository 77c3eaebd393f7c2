import { execFileSync } from 'node:child_process';
import { withSharedClasses } from './shared-classes';

test('the results of an expression share a hidden class', () => {
  const program = withSharedClasses(`
    const selector = name => ({ app: name });
    const versioned = name => ({ ...selector(name), version: 'v1' });
    const both = name => ({ ...selector(name), ...{ version: 'v1' } });
    for (const made of [versioned, both]) {
      console.log(%HaveSameMap(made('a'), made('b')), JSON.stringify(made('a')));
    }
  `);
  const output = execFileSync(process.execPath, ['--allow-natives-syntax', '--eval', program], { encoding: 'utf8' });
  expect(output).toBe('true {"app":"a","version":"v1"}\n'.repeat(2));
});

test.each([
  ['const a = { ...b, c };', 'const a = { ...null, ...b, c };'],
  [
    'f({ ...b, d: { ...e, f } }, [{ ...g, h }]);',
    'f({ ...null, ...b, d: { ...null, ...e, f } }, [{ ...null, ...g, h }]);',
  ],
  // These have nothing to share, share it already, or take an object apart.
  ['const a = { ...b };', 'const a = { ...b };'],
  ['const a = { c, ...b, d };', 'const a = { c, ...b, d };'],
  ['const { a, ...b } = c;', 'const { a, ...b } = c;'],
  ['({ a, ...b } = c);', '({ a, ...b } = c);'],
  ["const a = '{ ...b, c }'; // { ...b, c }", "const a = '{ ...b, c }'; // { ...b, c }"],
])('%s becomes %s', (text, expected) => {
  expect(withSharedClasses(text)).toBe(expected);
});
