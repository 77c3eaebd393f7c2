import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InputError } from './input';

/**
 * Calls a function with a path to read: of files and folders the path itself; of `REVISION:PATH` a temporary folder
 * with the files of that revision of git, which exists during the call. The work tree and its index are not used.
 */
export function withPath<T>(source: string, use: (path: string) => T): T {
  if (source === '-' || existsSync(source) || !source.includes(':')) {
    assertNoRevision(source);
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

/** Throws for a revision without a path: what is compared is a folder or a file of it. */
function assertNoRevision(source: string): void {
  if (source !== '-' && !existsSync(source)) {
    const { status } = spawnSync('git', ['rev-parse', '--verify', '--quiet', '--end-of-options', `${source}^{commit}`]);
    if (status === 0) {
      throw new InputError(`${source} is a revision of git: add the folder or file, such as ${source}:dist.`);
    }
  }
}

const MAX_BYTES = 1024 * 1024 * 1024;
const ENTRY = /^(\d+) (\w+) ([0-9a-f]+)\t([^]+)$/;
const LINK = '120000';

function extract(source: string, folder: string): void {
  if (source.startsWith('-')) {
    throw new InputError(`${source} is neither a file nor a revision of git.`);
  }
  const type = git(source, ['cat-file', '-t', source]).toString().trim();
  if (type === 'blob') {
    writeFileSync(join(folder, 'file.yaml'), git(source, ['cat-file', 'blob', source]));
    return;
  }
  const entries = git(source, ['ls-tree', '-r', '-z', '--full-tree', source])
    .toString()
    .split('\0')
    .filter(each => each !== '')
    .map(each => entryOf(each, source));
  const contents = git(source, ['cat-file', '--batch'], entries.map(({ id }) => `${id}\n`).join(''));
  let at = 0;
  const links: (() => void)[] = [];
  for (const { name, isLink } of entries) {
    const end = contents.indexOf('\n', at);
    const size = Number(contents.subarray(at, end).toString().split(' ')[2]);
    const content = contents.subarray(end + 1, end + 1 + size);
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    if (isLink) {
      links.push(() => symlinkSync(content, file));
    } else {
      writeFileSync(file, content);
    }
    at = end + 1 + size + 1;
  }
  // After all files, none of which is written through a link.
  links.forEach(each => each());
}

function entryOf(
  line: string,
  source: string,
): { readonly id: string; readonly name: string; readonly isLink: boolean } {
  const [, mode, type, id = '', name = ''] = ENTRY.exec(line) ?? [];
  if (type !== 'blob') {
    throw new InputError(
      `${source} has the submodule ${name}, whose files git does not have: check out both, and compare folders.`,
    );
  }
  if (name.split('/').some(each => each === '..' || each === '')) {
    throw new InputError(`${source} has a file outside of its folder.`);
  }
  return { id, name, isLink: mode === LINK };
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
