import { addTo } from './lists';
import type { Resource } from './resource';
import { type Labels, labelTexts } from './selector';

/**
 * Objects by namespace and the first label that their selector requires, so that a Pod is compared with few of them.
 */
export class ByLabel {
  private readonly members = new Map<string, Resource[]>();

  /** The labels that each selector requires, if any; of an expression with values, one of them. */
  constructor(
    resources: readonly Resource[],
    demanded: (resource: Resource) => Labels,
    oneOf: (resource: Resource) => readonly (readonly [string, string])[] = () => [],
  ) {
    for (const resource of resources) {
      const [label] = Object.entries(demanded(resource));
      const alternatives = label ? [label] : oneOf(resource);
      (alternatives.length > 0 ? alternatives : [undefined]).forEach(each =>
        addTo(this.members, keyOf(resource.namespace, each?.join('=')), resource),
      );
    }
  }

  /** Those of a namespace that may select a Pod with these labels. */
  candidates(namespace: string, labels: Labels): readonly Resource[] {
    return [undefined, ...labelTexts(labels)].flatMap(each => this.members.get(keyOf(namespace, each)) ?? []);
  }
}

function keyOf(namespace: string, label?: string): string {
  return label === undefined ? namespace : `${namespace}/${label}`;
}
