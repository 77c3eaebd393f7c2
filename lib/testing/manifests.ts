import { type App, type Chart, Testing } from 'cdk8s';
import { type KubernetesObject, loadResources, readResources, type Resource, resourcesOf } from '../manifests';
import { closestTo, comparisonOf } from './closest';
import { stableText } from './stable-text';

/**
 * Assertions on Kubernetes manifests of any origin: a chart, an app, Helm, hand-written YAML. They throw errors, so
 * that they work under any test runner. Expectations are objects of which the manifest must have at least the fields,
 * or matchers: those of `Match`, those of `aws-cdk-lib/assertions`, a `Capture`. A kind may have its group as a suffix,
 * as in kubectl, to distinguish kinds of the same name: `Gateway.networking.istio.io`.
 */
export class Manifests {
  /** The manifests of a chart. */
  static ofChart(chart: Chart): Manifests {
    return new Manifests(resourcesOf(Testing.synth(chart) as KubernetesObject[]));
  }

  /** The manifests of all charts of an app. */
  static ofApp(app: App): Manifests {
    return new Manifests(resourcesOf(app.charts.flatMap(chart => Testing.synth(chart) as KubernetesObject[])));
  }

  /** A YAML or JSON text of any number of documents. Throws if a document is not a Kubernetes object. */
  static ofYaml(text: string): Manifests {
    return new Manifests(loadResources(text, { file: 'text' }));
  }

  /**
   * A file, or a folder with all manifests below it. Throws if a manifest cannot be read. What is in a folder and is no
   * manifest, such as Helm charts, patches of Kustomize and files of other programs, is left out.
   */
  static ofDirectory(path: string): Manifests {
    const { resources, errors, unreadable } = readResources([path]);
    const [error] = [...errors, ...unreadable];
    if (error) {
      throw error;
    }
    return new Manifests(resources);
  }

  private constructor(
    /**
     * The objects, each with the place it was read from.
     * @internal
     */
    readonly resources: readonly Resource[],
  ) {}

  /** All objects, unchanged. */
  get objects(): readonly KubernetesObject[] {
    return this.resources.map(({ object }) => object);
  }

  /** Throws unless exactly this number of objects of the kind exist, or of those that match the expectation. */
  count(kind: string, expected: number, described: unknown = {}): void {
    const ofKind = this.ofKind(kind);
    const found = ofKind.filter(fits(described));
    if (found.length !== expected) {
      const others = ofKind.length > found.length ? ` of ${ofKind.length}` : '';
      const existing = ofKind.length === 0 ? this.kinds() : `Existing objects: ${namesOf(ofKind)}`;
      throw new Error(
        `Expected ${expected} objects of kind ${kind}, but found `
          + `${found.length}${others}${found.length > 0 ? `: ${namesOf(found)}` : `. ${existing}`}.`,
      );
    }
  }

  /** Throws unless at least one object of the kind matches; the message shows the closest one and its differences. */
  has(kind: string, expected: unknown = {}): void {
    if (this.find(kind, expected).length > 0) {
      return;
    }
    const candidates = this.ofKind(kind);
    if (candidates.length === 0) {
      throw new Error(`No object of kind ${kind} exists. ${this.kinds()}.`);
    }
    throw new Error(
      `None of ${candidates.length} objects of kind ${kind} matches: `
        + `${namesOf(candidates)}.\n${closestTo(expected, candidates)}`,
    );
  }

  /**
   * Throws unless objects of the kind exist and every one matches; the message shows one that does not, and its
   * differences.
   */
  all(kind: string, expected: unknown): void {
    const candidates = this.ofKind(kind);
    if (candidates.length === 0) {
      throw new Error(`No object of kind ${kind} exists. ${this.kinds()}.`);
    }
    const failing = candidates.filter(each => !fits(expected)(each));
    if (failing.length > 0) {
      throw new Error(
        `${failing.length} of ${candidates.length} objects of kind ${kind} do not match: `
          + `${namesOf(failing)}.\n${closestTo(expected, failing)}`,
      );
    }
    this.find(kind, expected);
  }

  /** Throws if an object of the kind matches. */
  hasNot(kind: string, described: unknown = {}): void {
    const found = this.ofKind(kind).filter(fits(described));
    if (found.length > 0) {
      throw new Error(`Expected no matching object of kind ${kind}, but found ${namesOf(found)}.`);
    }
  }

  /** The objects of the kind that match. A `Capture` in the expectation records the values of each. */
  find(kind: string, expected: unknown = {}): KubernetesObject[] {
    return this.ofKind(kind).flatMap(resource => {
      const comparison = comparisonOf(resource, expected);
      if (!comparison.isMatch) {
        return [];
      }
      comparison.finish();
      return [resource.object];
    });
  }

  /** The object with this kind and name. Throws unless exactly one exists. */
  get(kind: string, name: string, namespace?: string): KubernetesObject {
    const found = this.ofKind(kind).filter(
      each => each.name === name && (namespace === undefined || each.namespace === namespace),
    );
    if (found.length !== 1 || !found[0]) {
      const others = this.ofKind(kind);
      throw new Error(
        `${found.length} objects are ${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}. `
          + `${others.length > 0 ? `Existing objects: ${namesOf(others)}` : this.kinds()}.`,
      );
    }
    return found[0].object;
  }

  /**
   * All objects as YAML for a snapshot: objects and fields in a stable order, and without generated parts that a change
   * elsewhere affects.
   */
  snapshot(): string {
    return stableText(this.resources);
  }

  private ofKind(kind: string): Resource[] {
    return this.resources.filter(each => each.kind === kind || each.type === kind);
  }

  private kinds(): string {
    const kinds = [...new Map(this.resources.map(({ type, kind }) => [type, kind]))]
      .map(([type, kind], _index, all) => (all.filter(([, other]) => other === kind).length > 1 ? type : kind))
      .sort();
    return kinds.length > 0 ? `Existing kinds: ${kinds.join(', ')}` : 'No objects exist';
  }
}

function fits(expected: unknown): (resource: Resource) => boolean {
  return resource => comparisonOf(resource, expected).isMatch;
}

function namesOf(resources: readonly Resource[]): string {
  const most = 10;
  const areOfOneType = new Set(resources.map(({ type }) => type)).size === 1;
  const names = resources
    .slice(0, most)
    .map(({ type, key }) => (areOfOneType ? key : `${type} ${key}`))
    .join(', ');
  return resources.length > most ? `${names} and ${resources.length - most} more` : names;
}
