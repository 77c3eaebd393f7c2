import { Capture, Match, Matcher } from 'aws-cdk-lib/assertions';
import { type App, type Chart, Testing } from 'cdk8s';
import { type KubernetesObject, loadResources, readResources, type Resource, resourcesOf } from '../manifests';
import { closestTo } from './closest';
import { stableText } from './stable-text';

export { Capture, Match, Matcher };

/**
 * Assertions on Kubernetes manifests, whatever wrote them: a chart, an app, Helm, a person. They throw errors, so that they work under any test runner. Expectations are objects of
 * which the manifest must have at least the fields, or matchers: `Match.objectLike`, `Match.arrayWith`, `Match.absent`, `Match.stringLikeRegexp`, a `Capture`.
 * A kind may have its group behind it, as kubectl takes it, to tell it from others of the name: `Gateway.networking.istio.io`.
 * @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.assertions-readme.html#special-matchers
 */
export class Manifests {
  /** What a chart synthesizes. */
  static ofChart(chart: Chart): Manifests {
    return new Manifests(resourcesOf(Testing.synth(chart) as KubernetesObject[]));
  }

  /** What all charts of an app synthesize. */
  static ofApp(app: App): Manifests {
    return new Manifests(resourcesOf(app.charts.flatMap(chart => Testing.synth(chart) as KubernetesObject[])));
  }

  /** A YAML or JSON text of any number of documents. Throws where something in it is no Kubernetes object. */
  static ofYaml(text: string): Manifests {
    return new Manifests(loadResources(text, { file: 'text' }));
  }

  /** A file, or a folder with all manifests below it. Throws where something in it cannot be read. */
  static ofDirectory(path: string): Manifests {
    const { resources, errors } = readResources([path]);
    const [error] = errors;
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

  /** All objects, as they are written. */
  get objects(): readonly KubernetesObject[] {
    return this.resources.map(({ object }) => object);
  }

  /** Throws unless there are exactly so many objects of that kind, or so many that are as described. */
  count(kind: string, expected: number, described: unknown = {}): void {
    const ofKind = this.ofKind(kind);
    const found = ofKind.filter(fits(described));
    if (found.length !== expected) {
      const others = ofKind.length > found.length ? ` of ${ofKind.length}` : '';
      throw new Error(`Expected ${expected} objects of kind ${kind}, and there are ${found.length}${others}${ofKind.length === 0 ? `. ${this.kinds()}` : found.length > 0 ? `: ${namesOf(found)}` : `. There are ${namesOf(ofKind)}`}.`);
    }
  }

  /** Throws unless some object of that kind is as expected; the message shows the one that comes closest, and where it differs. */
  has(kind: string, expected: unknown = {}): void {
    if (this.find(kind, expected).length > 0) {
      return;
    }
    const candidates = this.ofKind(kind);
    if (candidates.length === 0) {
      throw new Error(`There is no object of kind ${kind}. ${this.kinds()}.`);
    }
    throw new Error(`None of ${candidates.length} objects of kind ${kind} is as expected: ${namesOf(candidates)}.\n${closestTo(matcherOf(expected), candidates)}`);
  }

  /** Throws unless there are objects of that kind and every one is as expected; the message shows one that is not, and where it differs. */
  all(kind: string, expected: unknown): void {
    const candidates = this.ofKind(kind);
    if (candidates.length === 0) {
      throw new Error(`There is no object of kind ${kind}. ${this.kinds()}.`);
    }
    const failing = candidates.filter(each => !fits(expected)(each));
    if (failing.length > 0) {
      throw new Error(`${failing.length} of ${candidates.length} objects of kind ${kind} are not as expected: ${namesOf(failing)}.\n${closestTo(matcherOf(expected), failing)}`);
    }
    this.find(kind, expected);
  }

  /** Throws if some object of that kind is as described. */
  hasNot(kind: string, described: unknown = {}): void {
    const found = this.ofKind(kind).filter(fits(described));
    if (found.length > 0) {
      throw new Error(`Expected no such object of kind ${kind}, and there is ${namesOf(found)}.`);
    }
  }

  /** The objects of that kind that are as expected. A `Capture` in the expectation gets the values of each. */
  find(kind: string, expected: unknown = {}): KubernetesObject[] {
    const matcher = matcherOf(expected);
    return this.ofKind(kind).flatMap(({ object }) => {
      const result = matcher.test(object);
      if (result.hasFailed()) {
        return [];
      }
      // Only now do captures keep what they saw.
      result.finished();
      return [object];
    });
  }

  /** The one object of that kind and name. Throws unless there is exactly one. */
  get(kind: string, name: string, namespace?: string): KubernetesObject {
    const found = this.ofKind(kind).filter(each => each.name === name && (namespace === undefined || each.namespace === namespace));
    if (found.length !== 1 || !found[0]) {
      const others = this.ofKind(kind);
      throw new Error(`${found.length} objects are ${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}. ${others.length > 0 ? `There are ${namesOf(others)}` : this.kinds()}.`);
    }
    return found[0].object;
  }

  /** All objects as YAML for a snapshot: in one order, fields too, and without what is generated anew by a change elsewhere. */
  snapshot(): string {
    return stableText(this.resources);
  }

  private ofKind(kind: string): Resource[] {
    return this.resources.filter(each => each.kind === kind || each.type === kind);
  }

  private kinds(): string {
    const kinds = [...new Map(this.resources.map(({ type, kind }) => [type, kind]))]
      .map(([type, kind], _index, all) => all.filter(([, other]) => other === kind).length > 1 ? type : kind).sort();
    return kinds.length > 0 ? `The kinds that are there: ${kinds.join(', ')}` : 'There are no objects at all';
  }
}

function matcherOf(expected: unknown): Matcher {
  return Matcher.isMatcher(expected) ? expected : Match.objectLike(expected as Record<string, unknown>);
}

function fits(expected: unknown): (resource: Resource) => boolean {
  const matcher = matcherOf(expected);
  return ({ object }) => !matcher.test(object).hasFailed();
}

function namesOf(resources: readonly Resource[]): string {
  const most = 10;
  const areOfOneType = new Set(resources.map(({ type }) => type)).size === 1;
  const names = resources.slice(0, most).map(({ type, key }) => areOfOneType ? key : `${type} ${key}`).join(', ');
  return resources.length > most ? `${names} and ${resources.length - most} more` : names;
}
