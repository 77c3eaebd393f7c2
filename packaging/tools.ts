import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Packages that only these tests need. */
const PACKAGES = {
  '@yarnpkg/cli-dist': '4.18.1',
  'cdk8s-plus-28': '2.5.6',
  'cdk8s-plus-33': '2.5.57',
  pnpm: '12.21.0',
  'typescript-7': 'npm:typescript@7.0.2',
  yarn: '1.22.22',
};
const FOLDER = join(
  __dirname,
  '.cache',
  Object.values(PACKAGES)
    .join('+')
    .replace(/[^\w.+]/g, '-'),
);

/** The folder of such a package. npm installs all of them when one is missing; `npm ci` stays without them. */
export function tool(name: keyof typeof PACKAGES): string {
  if (!existsSync(join(FOLDER, 'node_modules', name))) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(join(FOLDER, 'package.json'), JSON.stringify({ private: true, dependencies: PACKAGES }));
    const options = ['--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--no-package-lock'];
    execFileSync('npm', ['install', ...options], { cwd: FOLDER, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return join(FOLDER, 'node_modules', name);
}

/** The registry from which npm installs, for managers that have another default. */
export function registry(): string {
  return execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim().replace(/\/$/, '');
}
