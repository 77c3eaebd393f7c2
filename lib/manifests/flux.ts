import { dirname } from 'node:path';
import { inNamespace } from './kustomizations';
import type { Resource } from './resource';

/** A Kustomization of Flux, which is an object of a cluster and applies a folder. */
const FLUX = 'Kustomization.kustomize.toolkit.fluxcd.io';

/** What changes objects, which is not done here. */
const CHANGES = ['patches', 'patchesStrategicMerge', 'patchesJson6902', 'components'];

/**
 * Objects as Kustomizations of Flux among them apply the folders that they name: in their namespaces, and changed by
 * their patches.
 */
export function appliedByFlux(resources: readonly Resource[]): readonly Resource[] {
  const targets = resources
    .filter(({ type }) => type === FLUX)
    .map(({ spec }) => ({
      path: `/${spec.get('path').text.replace(/^(\.?\/)+|\/+$/g, '')}/`,
      namespace: spec.get('targetNamespace').text || undefined,
      isChanged: CHANGES.some(each => spec.get(each).items.length > 0),
    }))
    .filter(({ path, namespace, isChanged }) => path.length > 2 && (namespace !== undefined || isChanged))
    .sort((a, b) => b.path.length - a.path.length);
  return targets.length === 0 ? resources : resources.map(each => appliedTo(each, targets));
}

interface Target {
  readonly path: string;
  readonly namespace?: string;
  readonly isChanged: boolean;
}

function appliedTo(resource: Resource, targets: readonly Target[]): Resource {
  const { origin } = resource;
  const folder = origin && (origin.folder ?? dirname(origin.source.file));
  const target = targets.find(({ path }) => folder !== undefined && `/${folder}/`.includes(path));
  return origin && target && folder !== undefined
    ? inNamespace(resource, {
        folder,
        isChanged: origin.isChanged === true || target.isChanged,
        ...(target.namespace === undefined ? {} : { namespace: target.namespace }),
      })
    : resource;
}
