import { isMap, type KubernetesObject } from './object';
import { Resource } from './resource';
import type { ManifestDocument } from './documents';

/** The `apiVersion` of resources of CloudFormation templates. */
export const CLOUDFORMATION = 'cloudformation';

/** Whether a document is a CloudFormation template. */
export function isTemplate(value: unknown): value is { readonly Resources: Record<string, unknown> } {
  return (
    isMap(value)
    && isMap(value.Resources)
    && Object.values(value.Resources).some(each => isMap(each) && typeof each.Type === 'string')
  );
}

/**
 * The resources of a CloudFormation template as objects, so that checks find and locate them in the same way as those
 * of Kubernetes: the type is the kind, the logical id the name.
 */
export function cloudResources({ value, source }: ManifestDocument): Resource[] {
  if (!isTemplate(value)) {
    return [];
  }
  return Object.entries(value.Resources).flatMap(([id, resource]) => {
    if (!isMap(resource) || typeof resource.Type !== 'string') {
      return [];
    }
    const object: KubernetesObject = {
      apiVersion: CLOUDFORMATION,
      kind: resource.Type,
      metadata: { name: id },
      Properties: resource.Properties ?? {},
    };
    return [new Resource(object, { source, path: ['Resources', id] })];
  });
}
