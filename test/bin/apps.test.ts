import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { outputOf, runApps } from '../../bin/commands/apps';

const APP = 'app: mkdir "$CDK8S_OUTDIR" && env > "$CDK8S_OUTDIR/env"\n';

/** A folder with a cdk8s.yaml, and a `cdk8s` that writes the file `called`. */
function folderOf(config: string, files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'apps-'));
  const all = { 'cdk8s.yaml': config, 'bin/cdk8s': '#!/bin/sh\necho "$@" > called\n', ...files };
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  chmodSync(join(folder, 'bin/cdk8s'), 0o755);
  return folder;
}

async function ran(folder: string) {
  const path = process.env.PATH ?? '';
  process.env.PATH = `${join(folder, 'bin')}:${path}`;
  try {
    const [only] = await Promise.all(runApps(folder));
    return only;
  } finally {
    process.env.PATH = path;
  }
}

test.each(['', 'language: typescript\nimports: [k8s]\n'])(
  'an app of a cdk8s.yaml that has nothing else but %j is run without cdk8s, in its folder and with its output',
  async others => {
    const folder = folderOf(`${APP}output: out\n${others}`);
    expect(await ran(folder)).toEqual({ name: 'cdk8s', code: 0, errors: '' });
    const env = readFileSync(join(folder, 'out/env'), 'utf8');
    expect(env).toMatch(/^CDK8S_OUTDIR=out$/m);
    expect(env).toMatch(/^CDK8S_RECORD_CONSTRUCT_METADATA=false$/m);
    expect(env).toMatch(/^HOME=/m);
    expect(existsSync(join(folder, 'called'))).toBe(false);
  },
);

test('files of an earlier run are removed before an app is run, in dist unless it has another output', async () => {
  const folder = folderOf(APP, { 'dist/old.yaml': 'kind: Old' });
  expect(await ran(folder)).toMatchObject({ code: 0 });
  expect(existsSync(join(folder, 'dist/env'))).toBe(true);
  expect(existsSync(join(folder, 'dist/old.yaml'))).toBe(false);
});

test.each([
  ['validations', `${APP}validations: []\n`],
  ['a format', `${APP}synthConfig: {format: helm}\n`],
  ['no app', 'output: out\n'],
  ['an app that is no text', 'app: [node, main.js]\n'],
  ['an output that is its folder', `${APP}output: .\n`],
  ['an output outside its folder', `${APP}output: ../other\n`],
  ['an absolute output', `${APP}output: /tmp/other\n`],
  ['an output that is no text', `${APP}output: [out]\n`],
  ['text that is not YAML', 'app: [\n'],
  ['no settings', ''],
])('cdk8s itself synthesizes an app whose cdk8s.yaml has %s', async (_what, config) => {
  const folder = folderOf(config, { 'kept.txt': '' });
  expect(await ran(folder)).toEqual({ name: 'cdk8s', code: 0, errors: '' });
  expect(readFileSync(join(folder, 'called'), 'utf8')).toBe('synth --check-upgrade=false\n');
  expect(existsSync(join(folder, 'kept.txt'))).toBe(true);
});

test('an app that fails, or writes nothing, is an error', async () => {
  expect(await ran(folderOf('app: echo wrong >&2; exit 3\n'))).toEqual({ name: 'cdk8s', code: 3, errors: 'wrong\n' });
  expect(await ran(folderOf('app: "true"\noutput: out\n'))).toEqual({
    name: 'cdk8s',
    code: 1,
    errors: 'Error: The app `true` of cdk8s.yaml wrote nothing to out.',
  });
});

test('a command line that is not installed is an error with its package', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'apps-'));
  writeFileSync(join(folder, 'cdk8s.yaml'), '');
  writeFileSync(join(folder, 'cdk.json'), '{}');
  const path = process.env.PATH;
  process.env.PATH = folder;
  try {
    expect((await Promise.all(runApps(folder))).map(({ errors }) => errors)).toEqual([
      'spawn cdk8s ENOENT. Run it through npm, or install cdk8s-cli.',
      'spawn cdk ENOENT. Run it through npm, or install aws-cdk.',
    ]);
  } finally {
    process.env.PATH = path;
  }
});

test('a folder has the apps of its cdk8s.yaml and its cdk.json', () => {
  expect(runApps(mkdtempSync(join(tmpdir(), 'none-')))).toEqual([]);
});

test.each([
  ['output: out\n', 'x/out'],
  ['output: /out\n', '/out'],
  ['app: x\n', 'x/dist'],
])('the output of %j', (config, expected) => {
  const folder = folderOf(config);
  expect(outputOf(folder)).toBe(expected.replace(/^x/, folder));
});
