import { type Cluster, Kind, type Workload } from '../../manifests';

/**
 * The application of each workload of which a Service selects several versions, or may: its namespace, its Services,
 * its identity, and its labels without the version. Workloads of one application are versions of each other.
 */
export function versionsOf(cluster: Cluster): ReadonlyMap<string, string> {
  const services = new Map<Workload, string[]>();
  for (const service of cluster.all(Kind.SERVICE)) {
    for (const workload of cluster.selectedBy(service)) {
      services.set(workload, [...(services.get(workload) ?? []), service.name]);
    }
  }
  return new Map(
    [...services].map(([workload, names]) => {
      const { namespace, name, serviceAccount, labels } = workload;
      const own = Object.entries(labels).filter(([label]) => !/(^|\/)(version|pod-template-hash)$/.test(label));
      return [`${namespace}/${name}`, JSON.stringify([namespace, names.sort(), serviceAccount, own.sort()])];
    }),
  );
}
