import { Project } from './project';

const PACKAGES = ['@bufbuild/protobuf', 'cdk8s', 'cdk8s-plus-27', 'constructs', 'js-yaml', 're2js'];
const YAML = 'apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n';

/** What a test runner prints of two tests, one of which prints the message of an assertion that fails. */
function printedBy(runner: string, packages: readonly string[], ...args: readonly string[]): string {
  const project = new Project([...PACKAGES, ...packages], {
    'manifests.test.mjs': `import { test } from '${runner}';
import { Manifests } from 'cdk8s-cardinal/testing';
const manifests = Manifests.ofYaml(${JSON.stringify(YAML)});
test('passes', () => manifests.has('Service', { metadata: { name: 'web' } }));
test('fails', () => { try { manifests.count('Service', 3); } catch (error) { console.log(error.message); } });
`,
  });
  // What jest tells its workers, another runner would take for its own.
  const output = project.run('env', '-u', 'NODE_TEST_CONTEXT', '-u', 'NODE_ENV', process.execPath, ...args);
  project.remove();
  return output;
}

test.each([
  ["Node's own test runner", 'node:test', [], ['--test', 'manifests.test.mjs'], 'pass 2'],
  ['vitest', 'vitest', ['vitest'], ['node_modules/vitest/vitest.mjs', 'run'], '2 passed'],
] as const)('assertions on manifests work under %s', (_name, runner, packages, args, passed) => {
  const output = printedBy(runner, packages, ...args);

  expect(output).toContain(passed);
  expect(output).toContain('Expected 3 objects of kind Service, but found 1: shop/web.');
});
