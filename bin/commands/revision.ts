import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type Builder, type Reading, readResources, renamed } from '../../lib/manifests';
import { InputError } from './input-error';

/**
 * The objects of files and folders, of the standard input (`-`), and of `REVISION:PATH`: files of a revision of git,
 * under its name. The work tree and its index are not used for these. Throws an InputError for what is neither.
 */
export function readSources(sources: readonly string[], namespace?: string, builder?: Builder): Reading {
  sources.filter(each => !isRevision(each)).forEach(assertNoRevision);
  const folder = sources.some(isRevision) ? mkdtempSync(join(tmpdir(), 'cardinal-')) : undefined;
  if (folder === undefined) {
    return readResources(sources, namespace, builder);
  }
  try {
    const extracted = sources.map((source, index) =>
      isRevision(source) ? { source, path: extract(source, join(folder, `${index}-`)) } : { source, path: source },
    );
    const reading = readResources(
      extracted.map(({ path }) => path),
      namespace,
      builder,
    );
    const names = extracted.filter(({ source, path }) => source !== path);
    return renamed(reading, text => names.reduce((all, each) => withName(all, each.path, each.source), text));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether a source is a path in a revision of git, such as `main:dist`. */
export function isRevision(source: string): boolean {
  return source !== '-' && source.includes(':') && !existsSync(source);
}

/** A text with the name of a revision in place of the path that was read: of `main:` too, which is its root. */
function withName(text: string, path: string, source: string): string {
  const folder = /[:/]$/.test(source) ? source : `${source}/`;
  return text.replaceAll(`${path}/`, () => folder).replaceAll(path, () => source);
}

/** Throws for a revision without a path: what is read is a folder or a file of it. */
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

/** Writes a folder or file of a revision into a folder, and returns its path. */
function extract(source: string, folder: string): string {
  if (source.startsWith('-')) {
    throw new InputError(`${source} is neither a file nor a revision of git.`);
  }
  const type = git(source, ['cat-file', '-t', source]).toString().trim();
  mkdirSync(folder);
  if (type === 'blob') {
    const file = join(folder, basename(source.slice(source.indexOf(':') + 1)));
    writeFileSync(file, git(source, ['cat-file', 'blob', source]));
    return file;
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
  return folder;
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
