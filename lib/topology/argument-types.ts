import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const FILE = join(__dirname, 'argument-types.txt');

/**
 * The types of the parameters of public methods, and of all properties in them, as declared. In the package the build
 * writes this module with its value; in a checkout of the repository the first use writes a file.
 */
export const ARGUMENT_TYPES = ofCheckout();

function ofCheckout(): string {
  if (!existsSync(FILE)) {
    execFileSync(process.execPath, ['--import', 'tsx', 'packaging/argument-types.ts', FILE], { cwd: ROOT });
  }
  return readFileSync(FILE, 'utf8');
}
