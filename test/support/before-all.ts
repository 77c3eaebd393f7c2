import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives the run a folder for all that tests and the libraries under them write, and spares them the CDK's validation,
 * which takes seconds in each file: see `refusedByTheCdk`. Writes the types of arguments as they are declared now.
 */
export default function beforeAllFiles(): void {
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'cardinal-test-'));
  process.env.CDK_VALIDATION = 'false';
  const program = [
    '--require',
    './packaging/typescript.cjs',
    'packaging/argument-types.ts',
    'lib/topology/argument-types.txt',
  ];
  execFileSync(process.execPath, program, { cwd: join(__dirname, '../..') });
}
