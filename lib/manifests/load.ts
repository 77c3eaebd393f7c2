import { type ManifestDocument, parseDocuments } from './documents';
import { ManifestError } from './manifest-error';
import { isMap, type KubernetesObject } from './object';
import { Resource } from './resource';
import type { Path, Source } from './source';

/** Options for reading objects. */
export interface LoadProps {
  /** The name of the text in messages, e.g. the path of the file. */
  readonly file: string;
  /**
   * The namespace of objects without one.
   * @default default
   */
  readonly namespace?: string;
}

/**
 * The Kubernetes objects of a YAML or JSON text, those of Lists one by one. Throws a {@link ManifestError} if a
 * document is not an object.
 */
export function loadResources(text: string, props: LoadProps): Resource[] {
  return parseDocuments(text, props.file).flatMap(document => resourcesIn(document, props.namespace));
}

/** The objects of a document. */
export function resourcesIn({ value, source }: ManifestDocument, namespace?: string): Resource[] {
  return objectsIn(value, source, []).map(({ object, path }) => new Resource(object, { source, path }, namespace));
}

/** Objects that are not from a file, e.g. those of a chart. */
export function resourcesOf(objects: readonly KubernetesObject[], namespace?: string): Resource[] {
  return objects.map(object => new Resource(object, undefined, namespace));
}

interface Found {
  readonly object: KubernetesObject;
  readonly path: Path;
}

function objectsIn(value: unknown, source: Source, path: Path): Found[] {
  if (!isMap(value)) {
    throw errorAt(source, path, `This is ${describe(value)}, not a Kubernetes object: a map with apiVersion and kind.`);
  }
  if (typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items)) {
    return value.items.flatMap((item: unknown, index) => objectsIn(item, source, [...path, 'items', index]));
  }
  const object = isOperator(value) ? { ...value, metadata: named(value.metadata) } : value;
  if (!isObject(object)) {
    throw errorAt(source, path, `This is not a Kubernetes object: it has no ${missing(object)}.`);
  }
  return [{ object, path }];
}

/** An IstioOperator is a file for istioctl, which needs no name. */
function isOperator({ apiVersion, kind }: Record<string, unknown>): boolean {
  return kind === 'IstioOperator' && typeof apiVersion === 'string' && apiVersion.startsWith('install.istio.io/');
}

function named(metadata: unknown): unknown {
  return isMap(metadata ?? {}) ? { name: 'installed-state', namespace: 'istio-system', ...(metadata ?? {}) } : metadata;
}

function isObject(value: Record<string, unknown>): value is Record<string, unknown> & KubernetesObject {
  return missing(value) === undefined;
}

function missing(value: Record<string, unknown>): string | undefined {
  if (typeof value.apiVersion !== 'string' || value.apiVersion === '') {
    return 'apiVersion';
  }
  if (typeof value.kind !== 'string' || value.kind === '') {
    return 'kind';
  }
  if (!isMap(value.metadata)) {
    return 'metadata';
  }
  const { name, generateName } = value.metadata;
  return [name, generateName].some(each => typeof each === 'string' && each !== '')
    ? undefined
    : typeof name === 'number' || typeof name === 'boolean'
      ? 'metadata.name that is a text: put it in quotes'
      : 'metadata.name';
}

function describe(value: unknown): string {
  return value === null ? 'nothing' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function errorAt(source: Source, path: Path, problem: string): ManifestError {
  const { file, line, column } = source.locate(path);
  return new ManifestError(file, line, column, problem);
}
