import { mutantsOf, withSwitches } from './mutate';

function changesOf(body: string): string[] {
  return mutantsOf('file.ts', `function f(a, b, c) { ${body} }`).map(({ before, after }) => `${before} → ${after}`);
}

test.each([
  ['if (a) { b = c; }', ['a → !(a)']],
  ['b = a ? 1 : 2;', ['a → !(a)']],
  ['b = a && c;', ['a && c → (a) || (c)']],
  ['b = a < c;', ['a < c → (a) <= (c)']],
  ['b = a === c;', ['a === c → (a) !== (c)']],
  ['b = a ?? c;', ['a ?? c → a']],
  ['b = a.filter(c);', ['a.filter(c) → a']],
  ['b = a.some(c);', ['a.some(c) → a.every(c)']],
  ['b = [a, c];', ['[a, c] → [c]', '[a, c] → [a]']],
  ['return true;', ['true → false']],
  ['b = () => false;', ['false → true']],
  ['a(b);', ['a(b) → undefined']],
])('the mutants of %s are known', (body, expected) => {
  expect(changesOf(body)).toEqual(expected);
});

test.each([
  'while (a) { b = c; }',
  'throw new Error(a);',
  'b = a?.filter(c);',
  '[a, b] = c;',
  'b = a + c;',
  'b = a.toString();',
])('%s has no mutants', body => {
  expect(changesOf(body)).toEqual([]);
});

test('text outside functions has no mutants', () => {
  expect(mutantsOf('file.ts', "import { a } from 'a'; const b: true = a && [1];")).toEqual([]);
});

test('with all switches off a program is as before, and with one on it is the mutant', () => {
  const text = 'function f(a, b) { return a && (b > 1 || a > b); }';
  const mutants = mutantsOf('file.ts', text);
  const evaluate = new Function(
    'isOn',
    'a',
    'b',
    `globalThis.mutantIsOn = isOn; ${withSwitches(text, mutants)} return f(a, b);`,
  );
  const results = (a: number, b: number) =>
    mutants.map(({ id }) => evaluate((on: string) => on === id, a, b) as unknown);

  expect(mutants.map(({ before, after }) => `${before} → ${after}`)).toEqual([
    'a && (b > 1 || a > b) → (a) || ((b > 1 || a > b))',
    'b > 1 || a > b → (b > 1) && (a > b)',
    'b > 1 → (b) >= (1)',
    'a > b → (a) >= (b)',
  ]);
  expect(evaluate(() => false, 1, 1)).toBe(false);
  expect(results(1, 1)).toEqual([1, false, true, true]);
});
