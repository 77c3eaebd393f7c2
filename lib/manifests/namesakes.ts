import { addTo } from './lists';
import { Resource } from './resource';
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
  resources.filter(isIdentified).forEach(each => addTo(byIdentity, idOf(each), each));
  const namesakes = [...byIdentity.values()].filter(each => each.length > 1);
  if (namesakes.length === 0) {
    return { resources, namesakes };
  }
  const overwritten = new Set(namesakes.flatMap(each => each.slice(0, -1)));
  return { resources: resources.filter(each => !overwritten.has(each)), namesakes };
}

/** Some objects beside others, by names of their own. */
export function besides(others: readonly Resource[], resources: readonly Resource[]): readonly Resource[] {
  const taken = new Set(resources.map(idOf));
  return [
    ...resources,
    ...others.map((each, index) => {
      const { object, origin, namespace } = each;
      const isFree = !isIdentified(each) || !taken.has(idOf(each));
      taken.add(idOf(each));
      return isFree
        ? each
        : new Resource(
            { ...object, metadata: { ...object.metadata, name: `${each.name}~${index}` } },
            origin,
            namespace,
          );
    }),
  ];
}

function idOf({ type, key }: Resource): string {
  return `${type} ${key}`;
}
