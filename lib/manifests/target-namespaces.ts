import { dirname } from 'node:path';
import { inNamespace } from './kustomizations';
import type { Resource } from './resource';

/** A Kustomization of Flux, which is an object of a cluster and applies a folder. */
const FLUX = 'Kustomization.kustomize.toolkit.fluxcd.io';

/** Objects in the namespaces that Kustomizations of Flux among them set for the folders that they apply. */
export function inTargetNamespaces(resources: readonly Resource[]): readonly Resource[] {
  const targets = resources
    .filter(({ type, spec }) => type === FLUX && spec.get('targetNamespace').text !== '')
    .map(({ spec }) => ({
      path: `/${spec.get('path').text.replace(/^(\.?\/)+|\/+$/g, '')}/`,
      namespace: spec.get('targetNamespace').text,
    }))
    .filter(({ path }) => path.length > 2)
    .sort((a, b) => b.path.length - a.path.length);
  return targets.length === 0
    ? resources
    : resources.map(each => {
        const folder = each.origin && (each.origin.folder ?? dirname(each.origin.source.file));
        const target = targets.find(({ path }) => folder !== undefined && `/${folder}/`.includes(path));
        const isChanged = each.origin?.isChanged ?? false;
        return target && folder !== undefined ? inNamespace(each, { ...target, folder, isChanged }) : each;
      });
}
