import { type Dirent, existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { parseDocuments } from './documents';
import { resourcesIn } from './load';
import { ManifestError } from './manifest-error';
import { isMap } from './object';
import { textOf } from './read-text';
import type { Resource } from './resource';
import { cloudResources, isTemplate } from './templates';

/** The objects that were read, and the errors of input that could not be read. */
export interface Reading {
  /** The objects of all files. */
  readonly resources: readonly Resource[];
  /** The files that cannot be read, with the reason. */
  readonly errors: readonly ManifestError[];
}

const MANIFEST = /\.(ya?ml|json)$/;
const FOLDERS_LEFT_OUT = /^(\.|node_modules$)/;
const STANDARD_INPUT = '-';
/** Settings of the checks, which are no manifest. */
const SETTINGS = 'cardinal.yaml';

/**
 * The objects of files, of folders with all below them, and of the standard input (`-`), as one cluster; templates of
 * CloudFormation too. In folders, JSON that is neither Kubernetes nor CloudFormation is left out, as are kustomizations
 * and settings of the checks (cardinal.yaml): they are no objects of a cluster. Links that lead out of a folder, and
 * what is no regular file there, are errors.
 * @param namespace of objects that name none
 */
export function readResources(paths: readonly string[], namespace?: string): Reading {
  const resources: Resource[] = [];
  const errors: ManifestError[] = [];
  const attempt = <T>(read: () => readonly T[]): readonly T[] => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ManifestError)) {
        throw error;
      }
      errors.push(error);
      return [];
    }
  };
  for (const { file, isNamed } of withoutRepetitions(paths.flatMap(path => filesAt(path, attempt)))) {
    attempt(() => resourcesOfFile(file, isNamed, namespace)).forEach(each => resources.push(each));
  }
  return { resources, errors };
}

/** A file that is listed twice, or is also found by its folder, is read once. */
function withoutRepetitions(files: readonly File[]): File[] {
  return [
    ...new Map(
      [...files].reverse().map(each => [each.file === STANDARD_INPUT ? each.file : resolve(each.file), each]),
    ).values(),
  ].reverse();
}

interface File {
  readonly file: string;
  /** Whether it was listed by name, rather than found in a folder. */
  readonly isNamed: boolean;
}

function filesAt(path: string, attempt: <T>(read: () => readonly T[]) => readonly T[]): readonly File[] {
  if (path === STANDARD_INPUT || !existsSync(path) || !statSync(path).isDirectory()) {
    return [{ file: path, isNamed: true }];
  }
  return filesBelow(path, path, attempt);
}

function filesBelow(
  path: string,
  root: string,
  attempt: <T>(read: () => readonly T[]) => readonly T[],
): readonly File[] {
  return attempt(() => entriesOf(path)).flatMap(entry => {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) {
      return FOLDERS_LEFT_OUT.test(entry.name) ? [] : filesBelow(inside, root, attempt);
    }
    return MANIFEST.test(entry.name) || isLinkedFolder(inside, entry)
      ? attempt(() => regularFile(inside, entry, root))
      : [];
  });
}

/**
 * Whether it is a link to a folder that is read unless it is a link: within the same root, its files are read where
 * they are.
 */
function isLinkedFolder(path: string, entry: Dirent): boolean {
  return (
    entry.isSymbolicLink() && !FOLDERS_LEFT_OUT.test(entry.name) && existsSync(path) && statSync(path).isDirectory()
  );
}

/** Opening a pipe or a device would wait for a writer, or never end; a link may point to a file of another owner. */
function regularFile(file: string, entry: Dirent, root: string): readonly File[] {
  if (entry.isSymbolicLink()) {
    const target = realPath(file);
    if (relative(realPath(root), target).split(sep)[0] === '..') {
      throw new ManifestError(
        file,
        1,
        1,
        'The link points outside the folder, so it is not followed. Pass the file itself to check it.',
      );
    }
    if (!MANIFEST.test(entry.name)) {
      return [];
    }
  }
  if (!(entry.isSymbolicLink() ? statSync(file) : entry).isFile()) {
    throw new ManifestError(file, 1, 1, 'This is not a regular file, so it is not read.');
  }
  return [{ file, isNamed: false }];
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw unreadable(path, 'The file', error);
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw unreadable(folder, 'The folder', error);
  }
}

function resourcesOfFile(file: string, isNamed: boolean, namespace?: string): Resource[] {
  return parseDocuments(contentOf(file, isNamed), file).flatMap(document => {
    if (isTemplate(document.value)) {
      return cloudResources(document);
    }
    return !isNamed && isNone(document.value, file) ? [] : resourcesIn(document, namespace);
  });
}

function isNone(value: unknown, file: string): boolean {
  if (
    basename(file) === SETTINGS
    && isMap(value)
    && !Object.hasOwn(value, 'apiVersion')
    && !Object.hasOwn(value, 'kind')
  ) {
    return true;
  }
  return isMap(value) && typeof value.kind === 'string' && typeof value.apiVersion === 'string'
    ? value.apiVersion.startsWith('kustomize.config.k8s.io/')
    : file.endsWith('.json');
}

/** The text of a regular file that is not of Kubernetes objects, e.g. of settings. Throws a {@link ManifestError}. */
export function textOfFile(file: string): string {
  return contentOf(file, false);
}

function contentOf(file: string, isNamed: boolean): string {
  try {
    return textOf(file === STANDARD_INPUT ? 0 : file, file, isNamed);
  } catch (error) {
    throw unreadable(file, 'The file', error);
  }
}

/**
 * The error of the file system with the place; any other unchanged. Not `instanceof Error`: under jest, the errors of
 * Node's own modules are of another realm.
 */
function unreadable(path: string, what: string, error: unknown): unknown {
  return isMap(error) && typeof error.code === 'string'
    ? new ManifestError(
        path,
        1,
        1,
        error.code === 'ENOENT' ? 'The file does not exist.' : `${what} cannot be read: ${error.code}.`,
      )
    : error;
}
