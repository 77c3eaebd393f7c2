import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createSourceFile,
  type Expression,
  isBinaryExpression,
  isCallExpression,
  isPropertyAccessExpression,
  isStringLiteralLike,
  ScriptTarget,
  type Node,
} from 'typescript';
import { Support, TASKS } from '.';

const TESTS = join(__dirname, '..');

test('each task is listed once', () => {
  const names = TASKS.map(each => `${each.area}: ${each.task}`);
  expect(names.filter((each, index) => names.indexOf(each) !== index)).toEqual([]);
});

test('exactly the tasks that the model expresses name a test', () => {
  const wrong = TASKS.filter(each => (each.support === Support.MODEL) !== (each.shownBy !== undefined));
  expect(wrong).toEqual([]);
});

test('each named test exists, and no other test of its file has that part of the name', () => {
  const shown = new Set(TASKS.flatMap(each => each.shownBy ?? []));
  const wrong = [...shown].map(each => [each, testsOf(each).length] as const).filter(([, count]) => count !== 1);
  expect(wrong).toEqual([]);
});

test('names of tests are read from literals, sums and tables, and no other texts are', () => {
  const code = "test('a ' + 'b', () => read('c'));\ntest.each(['d'])('e %s', () => undefined);";
  expect(namesIn(code)).toEqual(['a b', 'e %s']);
});

test('the phrase of each task is one line of a table', () => {
  expect(TASKS.filter(each => /[|\n]|^$|\.$/.test(each.task) || /[|\n]|^$|\.$/.test(each.how))).toEqual([]);
});

function testsOf(shownBy: string): string[] {
  const [file = '', name = ''] = shownBy.split(' › ');
  const path = join(TESTS, file);
  if (name === '' || !existsSync(path)) {
    return [];
  }
  return namesIn(readFileSync(path, 'utf8')).filter(each => each.includes(name));
}

function namesIn(code: string): string[] {
  const names: string[] = [];
  const visit = (node: Node): void => {
    if (isCallExpression(node) && node.arguments.length > 1 && callee(node).getText() === 'test') {
      names.push(...node.arguments.slice(0, 1).map(textOf));
    }
    node.forEachChild(visit);
  };
  visit(createSourceFile('file.ts', code, ScriptTarget.ES2022, true));
  return names;
}

/** `test` of `test.each(…)('…')`. */
function callee(node: Expression): Expression {
  return isCallExpression(node) || isPropertyAccessExpression(node) ? callee(node.expression) : node;
}

function textOf(node: Expression): string {
  if (isBinaryExpression(node)) {
    return textOf(node.left) + textOf(node.right);
  }
  return isStringLiteralLike(node) ? node.text : node.getText();
}
