import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InputError } from './input';

/**
 * Calls a function with a path to read: of files and folders the path itself; of `REVISION:PATH` a temporary folder
 * with the files of that revision of git, which exists during the call. The work tree and its index are not used.
 */
export function withPath<T>(source: string, use: (path: string) => T): T {
  if (source === '-' || existsSync(source) || !source.includes(':')) {
    return use(source);
  }
  const folder = mkdtempSync(join(tmpdir(), 'cardinal-'));
  try {
    extract(source, folder);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const MAX_BYTES = 1024 * 1024 * 1024;
const FILE = /^(100644|100755) blob ([0-9a-f]+)\t([^]+)$/;

function extract(source: string, folder: string): void {
  if (source.startsWith('-')) {
    throw new InputError(`${source} is neither a file nor a revision of git.`);
  }
  const type = git(source, ['cat-file', '-t', source]).toString().trim();
  if (type === 'blob') {
    writeFileSync(join(folder, 'file.yaml'), git(source, ['cat-file', 'blob', source]));
    return;
  }
  const files = git(source, ['ls-tree', '-r', '-z', '--full-tree', source])
    .toString()
    .split('\0')
    .flatMap(each => {
      const [, , id = '', name = ''] = FILE.exec(each) ?? [];
      return name === '' ? [] : [{ id, name }];
    });
  const contents = git(source, ['cat-file', '--batch'], files.map(({ id }) => `${id}\n`).join(''));
  let at = 0;
  for (const { name } of files) {
    const end = contents.indexOf('\n', at);
    const size = Number(contents.subarray(at, end).toString().split(' ')[2]);
    if (name.split('/').some(each => each === '..' || each === '')) {
      throw new InputError(`${source} has a file outside of its folder.`);
    }
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, contents.subarray(end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
}

function git(source: string, args: readonly string[], input = ''): Buffer {
  const { error, status, stdout, stderr } = spawnSync('git', args, { input, maxBuffer: MAX_BYTES });
  if (error) {
    throw new InputError(`${source} does not exist, and git cannot be run: ${error.message}`);
  }
  if (status !== 0) {
    const [reason = ''] = stderr.toString().trim().split('\n').slice(-1);
    throw new InputError(`${source} is neither a file nor a revision of git: ${reason}`);
  }
  return stdout;
}
