import { byAge, ByLabel, type Cluster, hasLabels, Kind, memo, type Resource } from '../../manifests';
import type { Proxy } from './proxy';

/** One that selects the Pod, else that of its namespace, else that of the mesh. */
export function sidecarOf(
  { namespace, labels }: Pick<Proxy, 'namespace' | 'labels'>,
  cluster: Cluster,
): Resource | undefined {
  const index = sidecarsIn(cluster);
  const own = index.candidates(namespace, labels);
  const isDefault = (each: Resource) => !each.spec.get('workloadSelector').exists;
  return (
    own.find(each => !isDefault(each) && hasLabels(labels, each.spec.get('workloadSelector', 'labels').strings))
    ?? own.find(isDefault)
    ?? index.candidates(cluster.mesh.rootNamespace, {}).find(isDefault)
  );
}

const sidecarsIn = memo(
  (cluster: Cluster) =>
    new ByLabel(byAge(cluster.all(Kind.SIDECAR)), each => each.spec.get('workloadSelector', 'labels').strings),
);
