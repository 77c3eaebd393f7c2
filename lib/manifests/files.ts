import { type ManifestDocument, parseDocuments } from './documents';
import {
  isLikeManifest,
  isLikeObject,
  isOfProgram,
  isOfYtt,
  isOwn,
  isPatch,
  isTemplateText,
  purposeOf,
} from './foreign';
import { inNamespace, kustomized, type Listed } from './kustomizations';
import { addTo } from './lists';
import { resourcesIn } from './load';
import { ManifestError } from './manifest-error';
import { appliedByFlux } from './flux';
import { textOf } from './read-text';
import { Resource } from './resource';
import { notesOf, PATCHES, type Skipped, TEMPLATES, TEST_DATA, unreadOf } from './skipped';
import { Source } from './source';
import { cloudResources, isTemplate } from './templates';
import { type File, filesAt, STANDARD_INPUT, unreadable, withoutRepetitions } from './walk';

/** The objects that were read, and what was not. */
export interface Reading {
  /** The objects of all files. */
  readonly resources: readonly Resource[];
  /** The files that were named and cannot be read, with the reason. */
  readonly errors: readonly ManifestError[];
  /** The files of folders that have the form of manifests, and that kubectl could not read either. */
  readonly unreadable: readonly ManifestError[];
  /** What is in folders and is not checked, one sentence for each kind: charts, patches, files of other programs. */
  readonly notes: readonly string[];
  /** Files and folders that may have objects, and were not read: charts, templates, kustomizations in part. */
  readonly unread: readonly string[];
}

/** Programs that make manifests: the result is their output, undefined if there is none. They throw a ManifestError. */
export interface Builder {
  /** The manifests of a kustomization, by its folder. */
  kustomization(folder: string): string | undefined;
  /** The manifests of a Helm chart, by its folder. */
  chart(folder: string): string | undefined;
}

/**
 * The objects of files, of folders with all below them, and of the standard input (`-`), as one cluster; templates of
 * CloudFormation too. In folders, what is no manifest is left out and noted: Helm charts, files of other programs,
 * patches of Kustomize. Of kustomizations that apply, lists and namespaces count. Links that lead out of a folder, and
 * what is no regular file there, are unreadable.
 * @param namespace of objects that name none
 * @param builder @default - nothing is built
 */
export function readResources(paths: readonly string[], namespace?: string, builder?: Builder): Reading {
  return new Reader(namespace, builder).read(paths);
}

class Reader {
  private readonly resources: Resource[] = [];
  private readonly errors: ManifestError[] = [];
  private readonly unreadable: ManifestError[] = [];
  private readonly skipped: Skipped = { purposes: new Map(), charts: new Map(), kustomizations: new Map() };

  constructor(
    private readonly namespace?: string,
    private readonly builder?: Builder,
  ) {}

  read(paths: readonly string[]): Reading {
    const tree = filesAt(paths);
    this.unreadable.push(...tree.unreadable);
    tree.testData.forEach(each => this.skip(TEST_DATA, each));
    for (const [folder, files] of tree.charts) {
      if (!this.build(folder, `${folder}/Chart.yaml`, each => this.builder?.chart(each))) {
        this.skipped.charts.set(folder, files);
      }
    }
    const files = withoutRepetitions(tree.files);
    const found = new Set(files.filter(each => !each.isNamed).map(each => each.file));
    const { listed, unlisted, generated, roots } = kustomized(
      tree.kustomizations.flatMap(file => this.documentsOf({ file, isNamed: false }).slice(0, 1)),
      found,
    );
    const built = new Set<string>();
    for (const [folder, left] of roots) {
      if (this.build(folder, `${folder}/kustomization.yaml`, each => this.builder?.kustomization(each))) {
        built.add(folder);
      } else if (left.length > 0) {
        this.skipped.kustomizations.set(folder, left);
      }
    }
    generated.filter(each => !built.has(each.origin?.folder ?? '')).forEach(each => this.resources.push(each));
    const appliedAs = new Map<string, Listed[]>();
    listed.forEach(each => addTo(appliedAs, each.file, each));
    for (const file of files) {
      const applied = appliedAs.get(file.file);
      if (applied === undefined && unlisted.has(file.file)) {
        this.skip(PATCHES, file.file);
        continue;
      }
      const ways = applied?.filter(each => !built.has(each.folder));
      if (ways?.length === 0) {
        continue;
      }
      for (const resource of this.documentsOf(file).flatMap(each => this.objectsOf(each, file))) {
        for (const way of ways ?? [undefined]) {
          this.resources.push(way ? inNamespace(resource, way) : resource);
        }
      }
    }
    return {
      resources: appliedByFlux(this.resources),
      errors: this.errors,
      unreadable: this.unreadable,
      notes: notesOf(this.skipped),
      unread: unreadOf(this.skipped, this.unreadable),
    };
  }

  /** Whether it was built, or its build failed with an error. */
  private build(folder: string, file: string, run: (folder: string) => string | undefined): boolean {
    try {
      const text = run(folder);
      if (text === undefined) {
        return false;
      }
      // Lines of the output are in no file.
      const origin = { source: new Source(file, '', 1), path: [], folder };
      for (const { object } of parseDocuments(text, file).flatMap(each => resourcesIn(each, this.namespace))) {
        this.resources.push(new Resource(object, origin, this.namespace));
      }
    } catch (error) {
      this.fail(error, true);
    }
    return true;
  }

  private documentsOf(file: File): readonly ManifestDocument[] {
    let text: string | undefined;
    try {
      text = contentOf(file.file, file.isNamed);
      return parseDocuments(text, file.file);
    } catch (error) {
      if (error instanceof ManifestError && !file.isNamed && text !== undefined && !isLikeManifest(text)) {
        const isOfTemplate = isTemplateText(text);
        this.skip(isOfTemplate ? TEMPLATES : purposeOf(file.file, {}), file.file);
      } else {
        this.fail(error, file.isNamed);
      }
      return [];
    }
  }

  private objectsOf(document: ManifestDocument, { file, isNamed }: File): readonly Resource[] {
    if (isTemplate(document.value)) {
      return cloudResources(document);
    }
    if (!isNamed && isOwn(file, document.value)) {
      return [];
    }
    if (!isNamed && (isOfProgram(document.value) || isPatch(document.value))) {
      this.skip(purposeOf(file, document.value), file);
      return [];
    }
    try {
      return resourcesIn(document, this.namespace);
    } catch (error) {
      if (
        error instanceof ManifestError
        && !isNamed
        && !(isLikeObject(document.value) && !isOfYtt(document.source.text))
      ) {
        this.skip(isOfYtt(document.source.text) ? TEMPLATES : purposeOf(file, document.value), file);
      } else {
        this.fail(error, isNamed);
      }
      return [];
    }
  }

  private fail(error: unknown, isNamed: boolean): void {
    if (!(error instanceof ManifestError)) {
      throw error;
    }
    (isNamed ? this.errors : this.unreadable).push(error);
  }

  private skip(purpose: string, file: string): void {
    const files = this.skipped.purposes.get(purpose) ?? new Set();
    this.skipped.purposes.set(purpose, files.add(file));
  }
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
