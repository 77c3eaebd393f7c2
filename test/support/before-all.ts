import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives the run a folder for all that tests and the libraries under them write, and spares them the CDK's validation,
 * which takes seconds in each file: see `refusedByTheCdk`.
 */
export default function beforeAllFiles(): void {
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'cardinal-test-'));
  process.env.CDK_VALIDATION = 'false';
}
