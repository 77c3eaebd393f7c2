import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { programsIn } from '../../docs/programs';
import { runProgram } from './programs';

const TUTORIAL = readFileSync(join(__dirname, '../../docs/tutorial.md'), 'utf8');
const steps = programsIn(TUTORIAL);

test('the tutorial has five steps, each with a program', () => {
  expect(TUTORIAL.match(/^## \d\. /gm)).toHaveLength(5);
  expect(steps).toHaveLength(5);
});

test.each([1, 2, 4, 5])('the program of step %i runs, and its expectations hold', step => {
  const program = steps[step - 1] ?? '';

  expect(program).toMatch(/\.expect\w+\(/);
  expect(() => runProgram(program)).not.toThrow();
});

test('the program of step 3 fails with the error that the tutorial prints', () => {
  const [, error = 'no error'] = /```\n(error \[[^\n]+)\n```/.exec(TUTORIAL) ?? [];

  expect(() => runProgram(steps[2] ?? '')).toThrow(error);
});

test('a program whose expectation does not hold fails', () => {
  const [program = ''] = steps;
  const wrong = program.replace('expectDenied(404)', "expectRoutedTo('checkout')");

  expect(wrong).not.toBe(program);
  expect(() => runProgram(wrong)).toThrow('GET https://shop.example/admin');
});
