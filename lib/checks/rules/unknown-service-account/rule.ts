import { type Cluster, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { absent, type Check, problem, unless } from '../../manifests/check';

export const rule: Check = {
  id: 'UnknownServiceAccount',
  severity: Severity.ERROR,
  covers: ['KIA1701'],
  summary: 'A WorkloadGroup refers to a ServiceAccount that does not exist',
  explanation: 'Its machines get no identity and so cannot join the mesh. `default` exists in every namespace.',
  *find(cluster) {
    for (const group of cluster.all(Kind.WORKLOAD_GROUP)) {
      const account = group.spec.get('template', 'serviceAccount');
      if (
        !['', 'default'].includes(account.text)
        && !cluster.find(Kind.SERVICE_ACCOUNT, account.text, group.namespace)
      ) {
        const found = problem(
          account,
          `The ServiceAccount "${account.text}" of namespace ${group.namespace} is not among these manifests.`,
          'Declare it, or correct the name.',
        );
        yield absent(
          { type: Kind.SERVICE_ACCOUNT, name: account.text, namespace: group.namespace },
          declaresAccounts(group.namespace, cluster)
            ? found
            : unless('other manifests have it: neither the namespace nor a ServiceAccount in it is among these', found),
        );
      }
    }
  },
};

function declaresAccounts(namespace: string, cluster: Cluster): boolean {
  return cluster.isDeclared(namespace) || cluster.all(Kind.SERVICE_ACCOUNT).some(each => each.namespace === namespace);
}
