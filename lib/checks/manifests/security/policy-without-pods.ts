import { type Cluster, Kind, Membership, membershipOf, type Resource, targetRefsOf } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

export const policyWithoutPods: Check = {
  id: 'PolicyWithoutPods',
  severity: Severity.WARNING,
  covers: ['IST0127', 'KIA0004'],
  summary: 'A policy selects no pods of the mesh',
  explanation: 'It applies to nothing. A policy of the root namespace is for all namespaces, any other for its own. Pods without a proxy (and outside ambient mode) do not count: nobody there keeps the rules.',
  *find(cluster) {
    for (const type of [Kind.AUTHORIZATION_POLICY, Kind.REQUEST_AUTHENTICATION, Kind.PEER_AUTHENTICATION]) {
      for (const policy of cluster.all(type).filter(each => targetRefsOf(each).length === 0)) {
        yield* uselessness(policy, cluster);
      }
    }
  },
};

function* uselessness(policy: Resource, cluster: Cluster) {
  const isMeshWide = policy.namespace === cluster.mesh.rootNamespace;
  const selector = policy.spec.get('selector');
  if (!selector.exists && (isMeshWide || policy.type !== Kind.AUTHORIZATION_POLICY)) {
    return;
  }
  const labels = selector.get('matchLabels').strings;
  const pods = cluster.workloads.select(labels, isMeshWide ? undefined : policy.namespace);
  if (pods.some(each => membershipOf(each, cluster) !== Membership.NONE) || isVirtualMachine(policy, cluster)) {
    return;
  }
  yield problem(selector.exists ? selector : policy.spec, pods.length > 0
    ? 'The pods that it is for are not in the mesh, so nobody keeps its rules.'
    : `There are no pods in ${isMeshWide ? 'any namespace' : `namespace ${policy.namespace}`} that it is for.`,
  pods.length > 0 ? 'Take the pods into the mesh.' : 'Correct the selector or the namespace.',
  [...policy.type === Kind.AUTHORIZATION_POLICY ? ['IST0127'] : [], ...pods.length > 0 ? [] : ['KIA0004']]);
}

/** Whether machines outside the cluster may be meant. */
function isVirtualMachine(policy: Resource, cluster: Cluster): boolean {
  return [Kind.WORKLOAD_ENTRY, Kind.WORKLOAD_GROUP].some(type => cluster.all(type).some(each => each.namespace === policy.namespace));
}
