import { type Dirent, existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { ManifestError } from './manifest-error';
import { isMap } from './object';

/** A file that may have manifests. */
export interface File {
  readonly file: string;
  /** Whether it was listed by name, rather than found in a folder. */
  readonly isNamed: boolean;
}

/** What was found at some paths. */
export interface Tree {
  readonly files: readonly File[];
  /** The folders of Helm charts, with the number of their files, which are not among the files. */
  readonly charts: ReadonlyMap<string, number>;
  /** The kustomizations. */
  readonly kustomizations: readonly string[];
  /** The folders with the input of tests of programs, which are not entered. */
  readonly testData: readonly string[];
  /** What could be a manifest and is not read: links that lead out of a folder, pipes, devices, unreadable folders. */
  readonly unreadable: readonly ManifestError[];
}

export const STANDARD_INPUT = '-';
const CHART = 'Chart.yaml';
const KUSTOMIZATION = /^(kustomization\.ya?ml|Kustomization)$/;
const MANIFEST = /\.(ya?ml|json)$/;
const FOLDERS_LEFT_OUT = /^(\.|node_modules$)/;

/** Where Go, Java and JavaScript have the input of tests, by convention, and folders of data below those of tests. */
const TEST_DATA = new RegExp(
  [
    /^(testdata|__fixtures__|__snapshots__|__tests__)$|\/src\/test\/resources$/,
    /\/(tests?|testing|test-?utils)\/(.*\/)?(data|datasets?|fixtures|inputs?|outputs?|golden|expected)$/,
  ]
    .map(({ source }) => source)
    .join('|'),
);

function isTestData(folder: string, root: string): boolean {
  const path = `/${relative(root, folder).split(sep).join('/')}`;
  return TEST_DATA.test(basename(folder)) || TEST_DATA.test(path);
}

/** Whether it has the copies of packages of Go. */
function isVendored(folder: string): boolean {
  return basename(folder) === 'vendor' && existsSync(join(folder, 'modules.txt'));
}

/** The files at paths, of folders with all below them; what is named is read even if it is none of a manifest. */
export function filesAt(paths: readonly string[]): Tree {
  const walk = new Walk();
  for (const path of paths) {
    if (path === STANDARD_INPUT || !existsSync(path) || !statSync(path).isDirectory()) {
      walk.files.push({ file: path, isNamed: true });
    } else {
      walk.into(path, path);
    }
  }
  return walk;
}

/** A file that is listed twice, or is also found by its folder, is read once. */
export function withoutRepetitions(files: readonly File[]): File[] {
  return [
    ...new Map(
      [...files].reverse().map(each => [each.file === STANDARD_INPUT ? each.file : resolve(each.file), each]),
    ).values(),
  ].reverse();
}

class Walk implements Tree {
  readonly files: File[] = [];
  readonly charts = new Map<string, number>();
  readonly kustomizations: string[] = [];
  readonly testData: string[] = [];
  readonly unreadable: ManifestError[] = [];

  into(folder: string, root: string, chart?: string): void {
    const entries = this.attempt(() => entriesOf(folder)) ?? [];
    const inChart = chart ?? (entries.some(each => each.name === CHART) ? folder : undefined);
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (isTestData(path, root)) {
          this.testData.push(path);
        } else if (!FOLDERS_LEFT_OUT.test(entry.name) && !isVendored(path)) {
          this.into(path, root, inChart);
        }
      } else if (isCandidate(path, entry) && this.attempt(() => isRegularFile(path, entry, root))) {
        this.add(path, entry.name, inChart);
      }
    }
  }

  private add(file: string, name: string, chart?: string): void {
    if (chart !== undefined) {
      this.charts.set(chart, (this.charts.get(chart) ?? 0) + 1);
    } else if (KUSTOMIZATION.test(name)) {
      this.kustomizations.push(file);
    } else {
      this.files.push({ file, isNamed: false });
    }
  }

  private attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (error instanceof ManifestError) {
        this.unreadable.push(error);
        return undefined;
      }
      throw error;
    }
  }
}

function isCandidate(path: string, entry: Dirent): boolean {
  return MANIFEST.test(entry.name) || KUSTOMIZATION.test(entry.name) || isLinkedFolder(path, entry);
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
function isRegularFile(file: string, entry: Dirent, root: string): boolean {
  if (entry.isSymbolicLink()) {
    if (relative(realPath(root), realPath(file)).split(sep)[0] === '..') {
      throw new ManifestError(
        file,
        1,
        1,
        'The link points outside the folder, so it is not followed. Pass the file itself to check it.',
      );
    }
    if (!MANIFEST.test(entry.name) && !KUSTOMIZATION.test(entry.name)) {
      return false;
    }
  }
  if (!(entry.isSymbolicLink() ? statSync(file) : entry).isFile()) {
    throw new ManifestError(file, 1, 1, 'This is not a regular file, so it is not read.');
  }
  return true;
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

/**
 * The error of the file system with the place; any other unchanged. Not `instanceof Error`: under jest, the errors of
 * Node's own modules are of another realm.
 */
export function unreadable(path: string, what: string, error: unknown): unknown {
  return isMap(error) && typeof error.code === 'string'
    ? new ManifestError(
        path,
        1,
        1,
        error.code === 'ENOENT' ? 'The file does not exist.' : `${what} cannot be read: ${error.code}.`,
      )
    : error;
}
