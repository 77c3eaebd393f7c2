import { type Cluster, type Field, resourcesOf } from '../../manifests';

/** The annotation that takes findings of an object as known: `Check: reason; OtherCheck: reason`. */
export const SUPPRESS = 'cardinal.cdk8s.io/suppress';

/** What somebody knows and accepts, with the reason. */
export interface Suppression {
  readonly id: string;
  /** Empty, if none was given: then it does not count. */
  readonly reason: string;
  /** Where it stands. */
  readonly at: Field;
}

/** What an object suppresses. */
export function suppressionsOf(resource: Cluster['resources'][number]): Suppression[] {
  const at = resource.metadata.get('annotations', SUPPRESS);
  return at.text.split(';').map(each => each.trim()).filter(each => each !== '').map(each => {
    const [id = '', ...reason] = each.split(':');
    return { id: id.trim(), reason: reason.join(':').trim(), at };
  });
}

/** The root of a finding that is in no manifest: a suppression given in code. */
export function suppressionInCode(id: string): Field {
  const [resource] = resourcesOf([{ apiVersion: 'cardinal.cdk8s.io/v1', kind: 'Suppression', metadata: { name: id } }]);
  if (!resource) {
    throw new Error('unreachable: one object makes one resource');
  }
  return resource.root;
}
