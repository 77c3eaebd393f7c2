import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { synth } from '../../bin/commands/synth';
import { cardinal, cardinalAt } from '../support/command';
import { temporaryFolder } from '../support/temporary-folder';

const ROOT = join(__dirname, '../..');
const API = JSON.stringify(join(ROOT, 'lib/checks/api'));
const rule = (name: string) => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}}
spec: {hosts: [${name}], http: [{route: [{destination: {host: ${name}, port: {number: 80}}}]}]}
`;

/** A folder with the file of settings and others. */
function folderWith(settings: string, files: Record<string, string> = { 'k8s/web.yaml': rule('web') }): string {
  const folder = temporaryFolder();
  Object.entries({ 'cardinal.yaml': settings, ...files }).forEach(([name, text]) => {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  });
  return folder;
}

const check = (...args: string[]) => cardinal('check', ...args);

const withSettings = (folder: string, ...args: string[]) => check('--config', join(folder, 'cardinal.yaml'), ...args);

const inFolder = (cwd: string, ...args: string[]) => cardinalAt(cwd, ['check', ...args]);

test('cardinal.yaml in the working directory holds without an option, and is no manifest itself', () => {
  const folder = folderWith('paths: [.]\nchecks: {UnknownDestination: warning}\n');
  expect(inFolder(folder)).toEqual({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/^k8s\/web\.yaml:4:\d+: .*: warning: .*\n1 object checked: 0 errors, 1 warning, /),
  });
});

test("settings of a folder above or of the manifests' folder are not read", () => {
  const folder = folderWith('checks: {UnknownDestination: off}\n', {
    'k8s/web.yaml': rule('web'),
    'k8s/cardinal.yaml': 'checks: {UnknownDestination: off}\n',
  });
  expect(inFolder(join(folder, 'k8s'), 'web.yaml').status).toBe(0);
  expect(check(join(folder, 'k8s'))).toMatchObject({ status: 1, stderr: '' });
  mkdirSync(join(folder, 'below'));
  expect(inFolder(join(folder, 'below'), '../k8s').status).toBe(1);
});

test('a file of Kubernetes objects that has the name of the settings is checked all the same', () => {
  const folder = folderWith(rule('web'), {});
  expect(check(folder)).toMatchObject({ status: 1, stdout: expect.stringContaining('1 object checked') });
});

test('settings that are wrong make it exit with 2, with the place, and check nothing', () => {
  expect(withSettings(folderWith('chekcs: {}\n'))).toEqual({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/cardinal\.yaml:1:1: "chekcs" is none of .* Did you mean checks\?\n$/),
  });
  expect(check('--config', join(temporaryFolder(), 'other.yaml'))).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('The file does not exist.'),
  });
});

test('paths on the command line replace those of the settings, whose other settings apply', () => {
  const folder = folderWith('paths: [nothing]\nnamespace: shop\nchecks: {UnknownDestination: info}\n');
  expect(withSettings(folder, join(folder, 'k8s'))).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('VirtualService shop/web'),
  });
  expect(withSettings(folder, join(folder, 'k8s'), '--namespace', 'other').stdout).toContain(
    'VirtualService other/web',
  );
});

test('what is disabled is counted in the summary', () => {
  expect(withSettings(folderWith('paths: [k8s]\nchecks: {UnknownDestination: off}\n'))).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/, 1 disabled\n$/),
  });
});

describe('environments', () => {
  const files = { 'base/web.yaml': rule('web'), 'staging/api.yaml': rule('api'), 'production/cart.yaml': rule('cart') };
  const settings = `paths: [base]
suppress:
- { check: UnknownDestination, reason: elsewhere, objects: ["VirtualService staging/api"] }
environments:
  staging: { paths: [staging], namespace: staging }
  production: { paths: [production] }
`;

  test('are each a cluster of their own, with the name in the report', () => {
    const { status, stdout } = withSettings(folderWith(settings, files));
    const [staging, production] = stdout.split(/^Environment /m).slice(1);
    expect(status).toBe(1);
    expect(staging).toMatch(
      new RegExp(
        String.raw`^staging\n[^]*VirtualService staging/web[^]*VirtualService staging/api[^]*\n`
          + String.raw`2 objects checked: 1 error, [^]* 1 suppressed\n`,
      ),
    );
    expect(production).toMatch(
      /^production\n[^]*VirtualService default\/web[^]*VirtualService default\/cart[^]*\n2 objects checked: 2 errors, /,
    );
  });

  test('share suppressions, which are unused only if no environment uses them', () => {
    const folder = folderWith(settings, files);
    expect(withSettings(folder).stdout).not.toContain('UnusedSuppression');
    const unused = withSettings(folderWith(settings.replace('staging/api', 'staging/none'), files)).stdout;
    expect(unused.match(/cardinal\.yaml:3:3: .*\(UnusedSuppression\)/g)).toHaveLength(2);
  });

  test('are members of JSON and runs of SARIF', () => {
    const folder = folderWith(settings, files);
    const json = JSON.parse(withSettings(folder, '--format', 'json').stdout) as { environment: string }[];
    expect(new Set(json.map(({ environment }) => environment))).toEqual(new Set(['staging', 'production']));
    const { runs } = JSON.parse(withSettings(folder, '--format', 'sarif').stdout) as {
      runs: { automationDetails: { id: string } }[];
    };
    expect(runs.map(each => each.automationDetails.id)).toEqual(['cardinal/staging/', 'cardinal/production/']);
  });

  test('fail by the worst of them: one without objects makes it exit with 2', () => {
    const result = withSettings(
      folderWith('environments: {a: {paths: [k8s]}, b: {paths: [empty.yaml]}}', {
        'k8s/web.yaml': rule('web'),
        'empty.yaml': '',
      }),
    );
    expect(result).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/empty\.yaml \(environment b\): an earlier command may have failed\./),
    });
  });
});

describe('plugins', () => {
  const code = `const { defineCheck, problem } = require(${API});
require('node:fs').writeFileSync(require('node:path').join(__dirname, 'ran'), '');
exports.odd = defineCheck({
  id: 'OddRule', severity: 'error', summary: 'A rule is odd', explanation: 'Even ones work.',
  *find(cluster) { for (const each of cluster.resources) yield problem(each.root, 'It is odd.', 'Make it even.'); },
});`;
  const files = { 'k8s/web.yaml': rule('web'), 'checks/ours.js': code };
  const settings = 'paths: [k8s]\nplugins: [./checks/ours.js]\nchecks: {UnknownDestination: off, OddRule: warning}\n';

  test('add checks with settings, suppressions, an explanation and a description in SARIF of their own', () => {
    const folder = folderWith(settings, files);
    expect(withSettings(folder)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('warning: It is odd. Make it even. (OddRule)'),
    });
    expect(withSettings(folder, '--suppress', 'oddrule: why').stdout).toContain('Reason: why (OddRule)');
    expect(withSettings(folder, '--explain', 'OddRule').stdout).toMatch(
      /^OddRule \(check on manifests, error\)\n {2}A rule is odd\./,
    );
    expect(withSettings(folder, '--explain', 'OdRule').stderr).toContain('Did you mean OddRule?');
    expect(withSettings(folder, '--format', 'sarif').stdout).toContain('"text": "Even ones work."');
  });

  test('are never loaded with --no-plugins, and that is stated, with the settings that are left out', () => {
    const folder = folderWith(settings, files);
    expect(withSettings(folder, '--no-plugins')).toMatchObject({
      status: 0,
      stdout: expect.not.stringContaining('OddRule'),
      stderr: expect.stringMatching(
        new RegExp(
          String.raw`^No plugin of .*cardinal\.yaml is loaded: \./checks/ours\.js\.\n`
            + '.* has settings for OddRule, which is left out',
        ),
      ),
    });
    expect(existsSync(join(folder, 'checks/ran'))).toBe(false);
    withSettings(folder, '--no-plugins', '--explain', 'NoTimeout');
    expect(existsSync(join(folder, 'checks/ran'))).toBe(false);
    withSettings(folder);
    expect(existsSync(join(folder, 'checks/ran'))).toBe(true);
  });

  test('do not run for --list, nor for arguments that are wrong', () => {
    const folder = folderWith(settings, files);
    withSettings(folder, '--list');
    withSettings(folder, '--format', 'xml');
    expect(existsSync(join(folder, 'checks/ran'))).toBe(false);
  });

  test('that fail make it exit with 2, by the name of the check', () => {
    const folder = folderWith(settings, {
      ...files,
      'checks/ours.js': code.replace('yield problem(each.root, ', 'throw new Error('),
    });
    expect(withSettings(folder)).toEqual({ status: 2, stdout: '', stderr: 'The check OddRule failed: It is odd.\n' });
  });

  test('that are not there make it exit with 2, with the place', () => {
    expect(withSettings(folderWith(settings))).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/cardinal\.yaml:2:11: The plugin .* cannot be loaded: Cannot find module/),
    });
  });
});

describe('cardinal synth', () => {
  /** Runs it with a cdk8s that writes the rule `web` to dist. */
  async function synthWith(settings: string) {
    const files = {
      'cdk8s.yaml': 'output: dist\n',
      'bin/cdk8s': '#!/bin/sh\nmkdir -p dist && cp web.yaml dist/\n',
      'web.yaml': rule('web'),
    };
    const cwd = folderWith(settings, files);
    chmodSync(join(cwd, 'bin/cdk8s'), 0o755);
    const path = process.env.PATH ?? '';
    process.env.PATH = `${join(cwd, 'bin')}:${path}`;
    const streams = [process.stdout, process.stderr].map(each => jest.spyOn(each, 'write').mockReturnValue(true));
    const written = (index: number) => streams[index]?.mock.calls.map(([text]) => String(text)).join('') ?? '';
    try {
      const status = await synth(cwd);
      return { status, stdout: written(0), stderr: written(1) };
    } finally {
      streams.forEach(each => each.mockRestore());
      process.env.PATH = path;
    }
  }

  test("checks what it wrote, with the severities of the folder's settings", async () => {
    expect(await synthWith('namespace: shop\n')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('(UnknownDestination)'),
    });
    expect(await synthWith('checks: {UnknownDestination: off}\n')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('none'),
    });
  });

  test('applies suppressions of the settings, without a word on those for other manifests', async () => {
    const suppress = ['UnknownDestination', 'NoTimeout'].map(each => `{check: ${each}, reason: why}`);
    expect(await synthWith(`suppress: [${suppress.join(', ')}]\n`)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('none'),
    });
  });

  test('checks nothing with settings that are wrong', async () => {
    expect(await synthWith('chekcs: {}\n')).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/cardinal\.yaml:1:1: "chekcs" is none of /),
    });
  });
});
