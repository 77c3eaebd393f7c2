import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocuments } from './documents';
import { resourcesIn } from './load';
import { ManifestError } from './manifest-error';
import { isMap } from './object';
import type { Resource } from './resource';
import { cloudResources, isTemplate } from './templates';

/** What was read, and what could not be. */
export interface Reading {
  readonly resources: readonly Resource[];
  readonly errors: readonly ManifestError[];
}

const MAX_BYTES = 64 * 1024 * 1024;
const FOLDERS_LEFT_OUT = /^(\.|node_modules$)/;
const STANDARD_INPUT = '-';

/**
 * The objects of files, of folders with all below them, and of the standard input (`-`), as one cluster; templates of CloudFormation too.
 * In folders, JSON that is neither Kubernetes nor CloudFormation is left out, as are kustomizations: they are no objects of a cluster.
 * @param namespace of objects that name none
 */
export function readResources(paths: readonly string[], namespace?: string): Reading {
  const resources: Resource[] = [];
  const errors: ManifestError[] = [];
  for (const { file, isNamed } of paths.flatMap(filesAt)) {
    try {
      resources.push(...resourcesOfFile(file, isNamed, namespace));
    } catch (error) {
      if (!(error instanceof ManifestError)) {
        throw error;
      }
      errors.push(error);
    }
  }
  return { resources, errors };
}

interface File {
  readonly file: string;
  /** Whether it was asked for by name, rather than found in a folder. */
  readonly isNamed: boolean;
}

function filesAt(path: string): File[] {
  if (path === STANDARD_INPUT || !existsSync(path) || !statSync(path).isDirectory()) {
    return [{ file: path, isNamed: true }];
  }
  return readdirSync(path, { withFileTypes: true }).sort((a, b) => a.name < b.name ? -1 : 1).flatMap(entry => {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) {
      return FOLDERS_LEFT_OUT.test(entry.name) ? [] : filesAt(inside).map(({ file }) => ({ file, isNamed: false }));
    }
    return /\.(ya?ml|json)$/.test(entry.name) ? [{ file: inside, isNamed: false }] : [];
  });
}

function resourcesOfFile(file: string, isNamed: boolean, namespace?: string): Resource[] {
  return parseDocuments(textOf(file), file).flatMap(document => {
    if (isTemplate(document.value)) {
      return cloudResources(document);
    }
    return !isNamed && isNone(document.value, file) ? [] : resourcesIn(document, namespace);
  });
}

function isNone(value: unknown, file: string): boolean {
  return isMap(value) && typeof value.kind === 'string' && typeof value.apiVersion === 'string' ? value.apiVersion.startsWith('kustomize.config.k8s.io/') : file.endsWith('.json');
}

function textOf(file: string): string {
  try {
    if (file !== STANDARD_INPUT && statSync(file).size > MAX_BYTES) {
      throw new ManifestError(file, 1, 1, `The file has ${statSync(file).size} bytes; at most ${MAX_BYTES} are read. Split it.`);
    }
    return readFileSync(file === STANDARD_INPUT ? 0 : file, 'utf8');
  } catch (error) {
    // Not `instanceof Error`: under jest, the errors of Node's own modules are of another realm.
    if (isMap(error) && typeof error.code === 'string') {
      throw new ManifestError(file, 1, 1, error.code === 'ENOENT' ? 'There is no such file.' : `The file cannot be read: ${error.code}.`);
    }
    throw error;
  }
}
