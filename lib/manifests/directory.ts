import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseDocuments } from './documents';
import type { KubernetesObject } from './object';

/** A file of Kubernetes objects. */
export interface ManifestFile {
  /** Relative to the folder that was read. */
  readonly path: string;
  readonly objects: readonly KubernetesObject[];
}

/**
 * Every YAML file below a folder, in the order in which `kubectl apply -f` applies them; none if the folder does not
 * exist.
 */
export function readManifests(folder: string): ManifestFile[] {
  return filesBelow(folder)
    .filter(file => /\.ya?ml$/.test(file))
    .map(file => ({
      path: relative(folder, file),
      objects: parseDocuments(readFileSync(file, 'utf8'), file).map(each => each.value as KubernetesObject),
    }));
}

/** The fields that every CloudFormation template has. */
export interface CloudTemplate {
  readonly stack: string;
  readonly resources: readonly { readonly Type: string }[];
}

/** Every template in an output folder of the AWS CDK; none if the folder does not exist. */
export function readTemplates(folder: string): CloudTemplate[] {
  return filesBelow(folder)
    .filter(file => file.endsWith('.template.json'))
    .map(file => {
      const template = JSON.parse(readFileSync(file, 'utf8')) as { Resources?: Record<string, { Type: string }> };
      return {
        stack: relative(folder, file).replace(/\.template\.json$/, ''),
        resources: Object.values(template.Resources ?? {}),
      };
    });
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) {
    return [];
  }
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
}
