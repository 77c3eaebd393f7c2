import { type Cluster, type Field, resourcesOf } from '../../manifests';

/** The annotation that suppresses findings of an object: `Check: reason; OtherCheck: reason`. */
export const SUPPRESS = 'cardinal.cdk8s.io/suppress';

/** A suppression, with its reason. */
export interface Suppression {
  readonly id: string;
  /** Empty if none was given: then the suppression is ignored. */
  readonly reason: string;
  /** Where it is declared. */
  readonly at: Field;
}

/** The suppressions of an object. */
export function suppressionsOf(resource: Cluster['resources'][number]): Suppression[] {
  const at = resource.metadata.get('annotations', SUPPRESS);
  return at.text.split(';').map(each => each.trim()).filter(each => each !== '').map(each => {
    const [id = '', ...reason] = each.split(':');
    return { id: id.trim(), reason: reason.join(':').trim(), at };
  });
}

/** The root of a finding outside manifests: a suppression given in code. */
export function suppressionInCode(id: string): Field {
  const [resource] = resourcesOf([{ apiVersion: 'cardinal.cdk8s.io/v1', kind: 'Suppression', metadata: { name: id } }]);
  if (!resource) {
    throw new Error('unreachable: one object is one resource');
  }
  return resource.root;
}
