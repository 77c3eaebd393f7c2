import { addTo } from './lists';
import type { Resource } from './resource';
import { CLOUDFORMATION } from './templates';

/** Whether an object has an identity: logical ids of CloudFormation are of one template only. */
export function isIdentified({ object }: Resource): boolean {
  return object.apiVersion !== CLOUDFORMATION && object.metadata.name !== undefined;
}

/** The objects that are applied last of those of their name, and the groups of several of one name. */
export function withoutOverwritten(resources: readonly Resource[]): {
  readonly resources: readonly Resource[];
  readonly namesakes: readonly (readonly Resource[])[];
} {
  const byIdentity = new Map<string, Resource[]>();
  resources.filter(isIdentified).forEach(each => addTo(byIdentity, `${each.type} ${each.key}`, each));
  const namesakes = [...byIdentity.values()].filter(each => each.length > 1);
  if (namesakes.length === 0) {
    return { resources, namesakes };
  }
  const overwritten = new Set(namesakes.flatMap(each => each.slice(0, -1)));
  return { resources: resources.filter(each => !overwritten.has(each)), namesakes };
}
