import { basename, dirname, join, normalize } from 'node:path';
import type { ManifestDocument } from './documents';
import { isMap, type KubernetesObject } from './object';
import { Resource } from './resource';

/** A file that a kustomization lists, as it is applied. */
export interface Listed {
  readonly file: string;
  /** The folder of the kustomization that is built: no other one lists it. */
  readonly folder: string;
  /** The namespace that the objects get, if the kustomization sets one. */
  readonly namespace?: string;
  /** Whether the kustomization changes objects otherwise, which is not done here. */
  readonly isChanged: boolean;
}

/** What kustomizations apply, without running Kustomize: lists, namespaces and the names of generated objects. */
export interface Kustomized {
  readonly listed: readonly Listed[];
  /** Files that are no objects by themselves: patches, values, and what no kustomization of their folder lists. */
  readonly unlisted: ReadonlySet<string>;
  readonly generated: readonly Resource[];
  /** The folders that are built, each with what of its kustomization is not applied. */
  readonly roots: ReadonlyMap<string, readonly string[]>;
}

interface Kustomization {
  readonly folder: string;
  readonly document: ManifestDocument;
  readonly value: Record<string, unknown>;
}

/** More than this is no repository: chains of lists of lists could apply a file any number of times. */
const MAX_LISTED = 100_000;

/** What is applied by kustomizations, of those that were found, with the files that were found. */
export function kustomized(documents: readonly ManifestDocument[], files: ReadonlySet<string>): Kustomized {
  const all = new Map(
    documents.map(document => {
      const folder = dirname(document.source.file);
      return [folder, { folder, document, value: isMap(document.value) ? document.value : {} }] as const;
    }),
  );
  const included = new Set([...all.values()].flatMap(each => pathsIn(each, 'resources', 'bases', 'components')));
  const roots = [...all.values()].filter(each => each.value.kind !== 'Component' && !included.has(each.folder));
  const builds = roots.map(each => new Build(each, all, files));
  builds.forEach(each => each.run());
  const listed = builds.flatMap(each => each.listed);
  const applied = new Set(listed.map(each => each.file));
  const mentioned = new Set([...all.values()].flatMap(each => mentionedIn(each)));
  return {
    listed,
    unlisted: new Set(
      [...files].filter(each => !applied.has(each) && (mentioned.has(each) || all.has(withoutPatches(dirname(each))))),
    ),
    generated: builds.flatMap(each => each.generated),
    roots: new Map(builds.map(each => [each.root.folder, [...each.left]])),
  };
}

/** What a build of Kustomize does that is not done here, by field. */
const NOT_APPLIED: ReadonlyMap<string, string> = new Map([
  ['patches', 'patches'],
  ['patchesStrategicMerge', 'patches'],
  ['patchesJson6902', 'patches'],
  ['namePrefix', 'name prefixes'],
  ['nameSuffix', 'name suffixes'],
  ['replacements', 'replacements'],
  ['vars', 'variables'],
  ['helmCharts', 'Helm charts'],
  ['helmChartInflationGenerator', 'Helm charts'],
  ['generators', 'generators'],
  ['transformers', 'transformers'],
]);

/** Further fields that change objects, without being noted: labels and images do not matter where nothing is missing. */
const CHANGING = ['commonLabels', 'labels', 'commonAnnotations', ...NOT_APPLIED.keys()];

/** The folder of the kustomization of patches in a folder of their own. */
function withoutPatches(folder: string): string {
  return /patch/.test(basename(folder)) ? dirname(folder) : folder;
}

class Build {
  private readonly found: Omit<Listed, 'isChanged'>[] = [];
  readonly generated: Resource[] = [];
  readonly left = new Set<string>();
  private readonly seen = new Set<string>();
  private isChanged = false;

  constructor(
    readonly root: Kustomization,
    private readonly all: ReadonlyMap<string, Kustomization>,
    private readonly files: ReadonlySet<string>,
  ) {}

  run(): void {
    this.include(this.root);
  }

  get listed(): Listed[] {
    return this.found.map(each => ({ ...each, isChanged: this.isChanged }));
  }

  private include(each: Kustomization, outer?: string): void {
    if (this.seen.has(each.folder)) {
      return;
    }
    this.seen.add(each.folder);
    const namespace = outer ?? textOf(each.value.namespace);
    this.isChanged ||= CHANGING.some(field => Object.hasOwn(each.value, field));
    for (const [field, noun] of NOT_APPLIED) {
      if (Object.hasOwn(each.value, field)) {
        this.left.add(noun);
      }
    }
    this.generate(each, 'Secret', 'secretGenerator', namespace);
    this.generate(each, 'ConfigMap', 'configMapGenerator', namespace);
    for (const entry of textsIn(each, 'resources', 'bases', 'components')) {
      const path = join(each.folder, entry);
      const inner = this.all.get(normalize(path).replace(/(?<=.)\/$/, ''));
      if (inner) {
        this.include(inner, namespace);
      } else if (this.files.has(path) && this.found.length < MAX_LISTED) {
        this.found.push({ file: path, folder: this.root.folder, ...(namespace === undefined ? {} : { namespace }) });
      } else {
        this.left.add(`what is not among the files (${entry})`);
      }
    }
  }

  /** Without its data, which may be in files of any form. */
  private generate({ value, document }: Kustomization, kind: string, field: string, namespace?: string): void {
    const entries: readonly unknown[] = Array.isArray(value[field]) ? value[field] : [];
    entries.forEach((entry, index) => {
      const name = isMap(entry) ? textOf(entry.name) : undefined;
      if (isMap(entry) && name !== undefined) {
        const object: KubernetesObject = {
          apiVersion: 'v1',
          kind,
          metadata: { name, namespace: namespace ?? textOf(entry.namespace) },
        };
        const origin = { source: document.source, path: [field, index], folder: this.root.folder };
        this.generated.push(new Resource(object, origin));
      }
    });
  }
}

/** An object in the namespace of a kustomization, which sets it on all objects and renames Namespaces. */
export function inNamespace(resource: Resource, { namespace, folder, isChanged }: Omit<Listed, 'file'>): Resource {
  const { object } = resource;
  const origin = resource.origin && { ...resource.origin, folder, isChanged };
  if (namespace === undefined) {
    return new Resource(object, origin, resource.namespace);
  }
  const metadata = {
    ...object.metadata,
    ...(resource.type === 'Namespace' ? { name: namespace } : resource.namespace === '' ? {} : { namespace }),
  };
  return new Resource({ ...object, metadata }, origin);
}

function pathsIn(each: Kustomization, ...fields: string[]): string[] {
  return textsIn(each, ...fields).map(entry => join(each.folder, entry).replace(/(?<=.)\/$/, ''));
}

/** The files that are named anywhere in a kustomization. */
function mentionedIn({ folder, value }: Kustomization): string[] {
  const paths: string[] = [];
  const pending: unknown[] = [value];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === 'string' && next.length < 1000) {
      paths.push(join(folder, next.slice(next.indexOf('=') + 1)));
    } else if (typeof next === 'object' && next !== null) {
      for (const each of Object.values(next) as unknown[]) {
        pending.push(each ?? '');
      }
    }
  }
  return paths;
}

function textsIn({ value }: Kustomization, ...fields: string[]): string[] {
  return fields
    .flatMap(field => (Array.isArray(value[field]) ? value[field] : []))
    .filter(each => typeof each === 'string');
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
