import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const BUILT = '/var/cache/cardinal-lab';

/** A program that the lab has built, or that is in the PATH; says so where it is neither. */
export function programOfLab(name: string, ...version: string[]): string | undefined {
  const built = existsSync(BUILT) ? readdirSync(BUILT).map(each => join(BUILT, each, 'bin', name)) : [];
  const found = [...built, name].find(each => spawnSync(each, version).status === 0);
  if (found === undefined) {
    console.log(`${name} is missing: run the lab once, which builds it, or add it to the PATH. It is left out.`);
  }
  return found;
}
