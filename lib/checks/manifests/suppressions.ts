import { type Cluster, type Field, resourcesOf } from '../../manifests';
import type { ObjectReference } from './manifest-finding';

/** The annotation that suppresses findings of an object: `Check: reason; OtherCheck: reason`. */
export const SUPPRESS = 'cardinal.cdk8s.io/suppress';

/** A suppression, with its reason. */
export interface Suppression {
  /** The check, or the code of another tool. */
  readonly id: string;
  /** Empty if none was given: then the suppression is ignored. */
  readonly reason: string;
  /**
   * The objects that it is for, as `Kind namespace/name`, or `Kind name` without a namespace; `*` is any text.
   * @default - the object that has it, or all
   */
  readonly objects?: readonly string[];
  /** Where it is declared. */
  readonly at: Field;
}

/** The suppressions of an object. */
export function suppressionsOf(resource: Cluster['resources'][number]): Suppression[] {
  const at = resource.metadata.get('annotations', SUPPRESS);
  return at.text
    .split(';')
    .map(each => each.trim())
    .filter(each => each !== '')
    .map(each => {
      const [id = '', ...reason] = each.split(':');
      return { id: id.trim(), reason: reason.join(':').trim(), at };
    });
}

/** Whether a pattern is of an object: `Kind namespace/name`, or `Kind name` without a namespace; `*` is any text. */
export function matchesObject(pattern: string, { kind, namespace, name }: ObjectReference): boolean {
  const text = `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) {
    return text === pattern;
  }
  let at = first.length;
  for (const part of others) {
    const next = text.indexOf(part, at);
    if (next < 0) {
      return false;
    }
    at = next + part.length;
  }
  return text.startsWith(first) && text.endsWith(last) && text.length - last.length >= at;
}

/** The root of a finding outside manifests: a suppression given in code. */
export function suppressionInCode(id: string): Field {
  const [resource] = resourcesOf([{ apiVersion: 'cardinal.cdk8s.io/v1', kind: 'Suppression', metadata: { name: id } }]);
  if (!resource) {
    throw new Error('unreachable: one object is one resource');
  }
  return resource.root;
}
