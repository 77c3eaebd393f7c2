import { checkManifests, type ManifestFinding } from '../checks';
import { addTo, type Cluster, counted, Kind, type Workload } from '../manifests';
import { PolicyScope } from './diff/policies';

/** The findings about each workload, as `namespace/name`: about itself, its Services and its policies. */
export function findingsByWorkload(cluster: Cluster): ReadonlyMap<string, ManifestFinding[]> {
  const byObject = new Map<string, ManifestFinding[]>();
  for (const finding of checkManifests(cluster).findings) {
    addTo(byObject, `${finding.object.kind} ${finding.object.namespace}/${finding.object.name}`, finding);
  }
  const services = new Map<string, string[]>();
  for (const service of cluster.all(Kind.SERVICE)) {
    cluster.selectedBy(service).forEach(each => addTo(services, titleOf(each), `Service ${service.key}`));
  }
  const scope = new PolicyScope(cluster);
  return new Map(
    cluster.workloads.all.map(({ resource }) => {
      const title = `${resource.namespace}/${resource.name}`;
      const policies = scope.of(title).map(({ kind, key }) => `${kind} ${key}`);
      const objects = [`${resource.kind} ${resource.key}`, ...(services.get(title) ?? []), ...policies];
      return [title, objects.flatMap(each => byObject.get(each) ?? [])];
    }),
  );
}

/** The line of a drawing that counts findings: none without any. */
export function countsOf(errors: number, warnings: number): string[] {
  const counts = [
    ...(errors > 0 ? [counted(errors, 'error')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
  ];
  return counts.length > 0 ? [counts.join(', ')] : [];
}

function titleOf({ namespace, name }: Workload): string {
  return `${namespace}/${name}`;
}
