import { runInNewContext } from 'node:vm';
import { withLazyImports } from './lazy-imports';

/** What a module loads and exports, given the modules that it may load. */
function moduleOf(text: string, available: Record<string, object> = {}, file = 'lib/a.ts') {
  const loaded: string[] = [];
  const exported: Record<string, unknown> = {};
  runInNewContext(withLazyImports(text, file) ?? '', {
    exports: exported,
    module: { exports: exported },
    require: (path: string) => {
      loaded.push(path);
      return available[path] ?? {};
    },
  });
  return { loaded, exported };
}

test('a module is loaded when a function uses it, and once', () => {
  const text = `
    import { load as parse } from 'js-yaml';
    import * as checks from '../checks';
    export { Severity } from '../checks';
    export const read = (text: string) => [parse(text), checks.all];
    export const shadowed = (checks: { all: number }) => \`\${checks.all} checks.all\`;
  `;
  const { loaded, exported } = moduleOf(text, {
    'js-yaml': { load: (each: string) => each.length },
    '../checks': { all: 7, Severity: 'severity' },
  });

  expect(loaded).toEqual([]);
  expect((exported.shadowed as (checks: object) => string)({ all: 1 })).toBe('1 checks.all');
  expect(loaded).toEqual([]);
  const read = exported.read as (text: string) => unknown[];
  expect([Array.from(read('abc')), Array.from(read('a'))]).toEqual([
    [3, 7],
    [1, 7],
  ]);
  expect(exported.Severity).toBe('severity');
  expect([...new Set(loaded)].sort()).toEqual(['../checks', 'js-yaml']);
});

test('other modules are loaded at once, and types never', () => {
  const { loaded } = moduleOf(`
    import { a } from './a';
    import { route } from './route';
    import type { Check } from '../checks';
    import { load } from 'js-yaml';
    export const b = () => route(a);
    export const c = (): Check => load('c') as Check;
  `);
  expect(loaded).toEqual(['./a', './route']);
});

test('what the top level of a module uses is loaded with it', () => {
  const { loaded } = moduleOf("import { Base } from 're2js';\nexport class A extends Base {}", {
    re2js: { Base: class {} },
  });
  expect(loaded).toEqual(['re2js']);
});

test.each([
  ['lib/checks/define-check.ts', []],
  ['lib/testing/manifests.ts', []],
  ['lib/checks/manifests/run.ts', undefined],
  ['lib/kubernetes/chart.ts', undefined],
])('in %s the model and cdk8s are loaded when they are used, or at once', (file, expected) => {
  const text = `
    import { Testing } from 'cdk8s';
    import { ValidationError } from '../topology';
    export const check = () => [Testing, new ValidationError()];
  `;
  expect(withLazyImports(text, file) === undefined ? undefined : moduleOf(text, {}, file).loaded).toEqual(expected);
});

test('a file that imports no heavy module is not compiled again', () => {
  expect(withLazyImports("import { a } from './a';\nexport const b = a;", 'lib/b.ts')).toBeUndefined();
});

test.each([["export * from '../checks';"], ["import '../checks';"], ["import checks = require('../checks');"]])(
  '%s is an error with the line, since it loads the module at once',
  statement => {
    expect(() => withLazyImports(`const a = 1;\n${statement}\n`, 'lib/a.ts')).toThrow(
      'lib/a.ts:2: "../checks" would be loaded at once.',
    );
  },
);
