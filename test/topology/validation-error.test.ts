import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { Port, Topology, ValidationError } from '../../lib';

function caught(declare: () => unknown): ValidationError {
  try {
    declare();
  } catch (error) {
    return error as ValidationError;
  }
  throw new Error('nothing was refused');
}

/** Calls a function from a file of that name. */
function from(file: string): (declare: () => unknown) => unknown {
  return runInThisContext('declare => declare()', { filename: file }) as (declare: () => unknown) => unknown;
}

test('a ValidationError points at the line of the declaration', () => {
  const shop = new Topology('shop');
  const web = shop.addService('web', { image: 'example/web:1' });
  const cart = shop.addService('cart', { image: 'example/cart:1', port: Port.http(80) });
  const here = new Error('here').stack;
  const mistake = caught(() => web.calls(cart, { port: 81 }));

  const lineOf = (stack = '') => Number(/:(\d+):\d+\)?$/.exec(stack.split('\n')[1] ?? '')?.[1]);
  expect(lineOf(mistake.stack)).toBe(lineOf(here) + 1);
});

test("a ValidationError has frames of the author's files only", () => {
  const mistake = caught(() => new Topology('My Shop'));
  const frames = (mistake.stack ?? '').split('\n').slice(1);

  expect(frames.filter(frame => !frame.includes(__filename))).toEqual([]);
});

test("a folder whose name begins as the library's is its author's own", () => {
  const file = join(__dirname, '../../library/app.js');
  expect(caught(() => from(file)(() => new Topology('My Shop'))).stack).toContain(file);
});

test('a ValidationError has path, summary, fix and code, in this order', () => {
  const mistake = new ValidationError({
    code: 'InvalidName',
    path: 'shop/web',
    summary: 'It is odd.',
    fix: 'Make it even.',
  });

  expect(mistake.message).toBe('[shop/web] It is odd. Make it even. (InvalidName)');
  expect(String(mistake)).toBe('ValidationError: [shop/web] It is odd. Make it even. (InvalidName)');
});

test('the parts of a ValidationError are printed once', () => {
  expect(Object.keys(caught(() => new Topology('My Shop')))).toEqual([]);
});
