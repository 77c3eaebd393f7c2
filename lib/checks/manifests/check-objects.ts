import { type ApiVersions, Cluster, type KubernetesObject, resourcesOf } from '../../manifests';
import { checkManifests, type CheckOptions, type Report } from './run';

/** Options of a check run on objects that did not come from a file. */
export interface ObjectCheckOptions extends CheckOptions, ApiVersions {}

/** Runs the checks over objects that did not come from a file, as one cluster. */
export function checkObjects(objects: readonly KubernetesObject[], options: ObjectCheckOptions = {}): Report {
  const { kubernetesVersion, istioVersion } = options;
  return checkManifests(new Cluster(resourcesOf(objects), { kubernetesVersion, istioVersion }), options);
}
