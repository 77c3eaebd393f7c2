import { addTo } from './lists';
import type { Resource } from './resource';
import type { Labels } from './selector';

/** Objects by namespace and the first label that they demand of a Pod, so that a Pod is compared with few of them. */
export class ByLabel {
  private readonly members = new Map<string, Resource[]>();

  /** The labels that each demands, if any. */
  constructor(resources: readonly Resource[], demanded: (resource: Resource) => Labels) {
    for (const resource of resources) {
      const [label] = Object.entries(demanded(resource));
      addTo(this.members, keyOf(resource.namespace, label), resource);
    }
  }

  /** Those of a namespace that may select a Pod with these labels. */
  candidates(namespace: string, labels: Labels): readonly Resource[] {
    return [undefined, ...Object.entries(labels)].flatMap(label => this.members.get(keyOf(namespace, label)) ?? []);
  }
}

function keyOf(namespace: string, label?: readonly [string, string]): string {
  return label ? `${namespace}/${label.join('=')}` : namespace;
}
