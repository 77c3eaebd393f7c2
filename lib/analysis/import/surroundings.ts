import { type Cluster, Kind, type Resource, type Workload } from '../../manifests';
import { type ImportedCalls, isSetByCall } from './calls';
import type { ImportedService } from './services';
import type { Surroundings } from './workload';

/** What the declarations of services depend on beside their own objects. */
export function surroundingsOf(
  services: readonly ImportedService[],
  { addressed }: ImportedCalls,
  existing: ReadonlySet<ImportedService>,
  cluster: Cluster,
  taken: Set<string>,
): Surroundings {
  const users = new Map<string, Set<string>>();
  services.forEach(each =>
    each.versions.forEach(({ workload }) => {
      const key = `${each.namespace}/${workload.serviceAccount}`;
      users.set(key, (users.get(key) ?? new Set()).add(each.constant));
    }),
  );
  const set = new Set(
    addressed
      .flatMap(each => each.addresses)
      .filter(each => isSetByCall(each) && !existing.has(each.caller))
      .flatMap(({ caller, variable }) => caller.versions.map(({ workload }) => `${workload.resource.key} ${variable}`)),
  );
  return {
    taken,
    shared: new Set([...users].filter(([, own]) => own.size > 1).map(([key]) => key)),
    bound: boundAccounts(cluster),
    account: ({ namespace, serviceAccount }) => cluster.find(Kind.SERVICE_ACCOUNT, serviceAccount, namespace),
    scaled: workload => scaledBy(workload, cluster),
    addresses: (workload, variable) => set.has(`${workload.resource.key} ${variable}`),
  };
}

/** The ServiceAccounts that roles are bound to. */
function boundAccounts(cluster: Cluster): ReadonlySet<string> {
  const types = ['RoleBinding.rbac.authorization.k8s.io', 'ClusterRoleBinding.rbac.authorization.k8s.io'];
  return new Set(
    types.flatMap(type =>
      cluster
        .all(type)
        .flatMap(binding =>
          binding.root
            .get('subjects')
            .items.map(each => `${each.get('namespace').text || binding.namespace}/${each.get('name').text}`),
        ),
    ),
  );
}

function scaledBy({ resource }: Workload, cluster: Cluster): Resource | undefined {
  return cluster.all(Kind.HPA).find(({ spec, namespace }) => {
    const target = spec.get('scaleTargetRef');
    return (
      namespace === resource.namespace
      && target.get('kind').text === resource.kind
      && target.get('name').text === resource.name
    );
  });
}
