import type { IConstruct } from 'constructs';
import type { ITopology } from '../topology';
import { DeclaredObject, objectsBelow } from './declared-object';
import type { Labels } from './topology-chart';

const NAME = 'app.kubernetes.io/name';

/**
 * The labels of all objects of a topology, and of its pods.
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
 */
export function labelsOfTopology({ name }: ITopology): Labels {
  return { 'app.kubernetes.io/part-of': name, 'app.kubernetes.io/managed-by': 'cdk8s-cardinal' };
}

/** The label of what belongs to a service, an edge or a gateway. */
export function labelsOf({ name }: { readonly name: string }): Labels {
  return { [NAME]: name };
}

/** Labels the objects below a construct with the name of what they belong to, unless they have one. */
export function labelObjects(scope: IConstruct, item: { readonly name: string }): void {
  const labels = labelsOf(item);
  for (const object of objectsBelow(scope)) {
    if (object instanceof DeclaredObject) {
      object.label(labels);
    } else if (object.metadata.getLabel(NAME) === undefined) {
      object.metadata.addLabel(NAME, item.name);
    }
  }
}

/**
 * The label of a workload with the tag of its image; none for a tag that no label can have. Pods do not have it: Istio
 * would take it for the revision in metrics and graphs, in place of the label `version`.
 * @see https://github.com/istio/istio/blob/master/pkg/kube/labels/labels.go
 */
export function versionLabel(image: string): Labels {
  const tag = /:([\w.-]+)$/.exec(image.replace(/@.*/, '').replace(/.*\//, ''))?.[1] ?? '';
  return /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/.test(tag) ? { 'app.kubernetes.io/version': tag } : {};
}
