import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A text that is another one when a file at these paths is new, removed or changed. Links in folders are not followed. */
export function versionOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  paths.flatMap(entriesAt).forEach(each => hash.update(`${each}\n`));
  return hash.digest('hex');
}

/** The files at a path, each with its size and time. */
function entriesAt(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory()
    ? childrenOf(path).flatMap(each => entriesOf(join(path, each.name), each))
    : [`${path} ${stats?.size ?? ''} ${stats?.mtimeMs ?? ''}`];
}

function entriesOf(path: string, entry: Dirent): string[] {
  return entry.isSymbolicLink()
    ? [`${path} link`]
    : entry.isFile() || (entry.isDirectory() && !UNREAD.includes(entry.name))
      ? entriesAt(path)
      : [];
}

/** A folder may be removed while it is read, or be of another owner. */
function childrenOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

const UNREAD = ['node_modules', '.git'];
