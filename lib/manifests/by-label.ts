import { addTo } from './lists';
import type { Resource } from './resource';
import { labelKey, labelKeys, type Labels } from './selector';

/**
 * Objects by namespace and the first label that their selector requires, so that a Pod is compared with few of them.
 */
export class ByLabel {
  /** By namespace and label; those without a required label under undefined. */
  private readonly members = new Map<string, Map<string | undefined, Resource[]>>();

  /** The labels that each selector requires, if any; of an expression with values, one of them. */
  constructor(
    resources: readonly Resource[],
    demanded: (resource: Resource) => Labels,
    oneOf: (resource: Resource) => readonly (readonly [string, string])[] = () => [],
  ) {
    for (const resource of resources) {
      const [label] = labelKeys(demanded(resource));
      const alternatives = label === undefined ? [...new Set(oneOf(resource).map(each => labelKey(...each)))] : [label];
      const ofNamespace = this.members.get(resource.namespace) ?? new Map<string | undefined, Resource[]>();
      this.members.set(resource.namespace, ofNamespace);
      (alternatives.length > 0 ? alternatives : [undefined]).forEach(each => addTo(ofNamespace, each, resource));
    }
  }

  /** Those of a namespace that may select a Pod with these labels. */
  candidates(namespace: string, labels: Labels): readonly Resource[] {
    const ofNamespace = this.members.get(namespace);
    return ofNamespace ? [undefined, ...labelKeys(labels)].flatMap(each => ofNamespace.get(each) ?? []) : [];
  }
}
