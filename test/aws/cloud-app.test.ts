import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../support/temporary-folder';

const ROOT = join(__dirname, '../..');

/** Runs the cloud app as the CDK's command line does, and gives back what it wrote. */
async function synthesized(folder: string): Promise<Record<string, string>> {
  const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as { context: object };
  await promisify(execFile)(process.execPath, ['--require', './packaging/typescript.cjs', 'bin/cloud.ts'], {
    cwd: ROOT,
    env: { ...process.env, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify(context) },
  });
  return Object.fromEntries(readdirSync(folder).map(file => [file, readFileSync(join(folder, file), 'utf8')]));
}

/** In a new folder, where the CDK validates the template, then in the same one, where the report is read. */
async function synthesizedTwice() {
  const folder = temporaryFolder();
  return [await synthesized(folder), await synthesized(folder)] as const;
}

const runs = synthesizedTwice();
const TIMEOUT = 60_000;

test(
  'the cloud app writes to the folder that the CDK names, without assets',
  async () => {
    const files = Object.keys((await runs)[0]);

    expect(files).toEqual(expect.arrayContaining(['Boutique.template.json', 'manifest.json']));
    expect(files.filter(file => file.startsWith('asset.'))).toEqual([]);
  },
  TIMEOUT,
);

test(
  'the same model gives the same bytes',
  async () => {
    const [first, second] = await runs;

    expect(second).toEqual(first);
  },
  TIMEOUT,
);

test(
  "the CDK's own validation finds nothing in the template",
  async () => {
    const [{ 'validation-report.json': report = '' }] = await runs;

    expect(JSON.parse(report)).toMatchObject({ pluginReports: [] });
  },
  TIMEOUT,
);
