import { addTo, type Cluster, hasLabels, Kind, type Resource, targetRefsOf, type Workload } from '../../../manifests';
import { Severity } from '../../finding';
import { isAmbientWorkload, waypointOf } from '../../manifests/ambient/enrolment';
import { requestRuleOf } from '../../manifests/ambient/layers';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'RequestRulesWithoutWaypoint',
  severity: Severity.WARNING,
  covers: ['KIA1317'],
  summary: 'An ambient workload has L7 AuthorizationPolicies but no waypoint',
  explanation: 'ztunnel cannot evaluate HTTP attributes, so it denies the requests that such a rule would allow.',
  *find(cluster) {
    const policies = new Map<string, Resource[]>();
    for (const policy of cluster.all(Kind.AUTHORIZATION_POLICY).filter(requestRuleOf)) {
      addTo(policies, policy.namespace, policy);
    }
    for (const workload of cluster.workloads.all.filter(
      each => policies.has(each.namespace) && isAmbientWorkload(each, cluster) && !waypointOf(each, cluster),
    )) {
      const policy = policies.get(workload.namespace)?.find(each => isFor(each, workload, cluster));
      if (policy) {
        yield problem(
          workload.resource.metadata.get('name'),
          `${policy.key} has L7 rules, but requests to ${workload.name} pass no waypoint.`,
          'Declare a waypoint, and label the namespace or the pods istio.io/use-waypoint.',
        );
      }
    }
  },
};

function isFor(policy: Resource, workload: Workload, cluster: Cluster): boolean {
  const targets = targetRefsOf(policy);
  return targets.length > 0
    ? targets.some(
        each =>
          each.get('kind').text === 'Service'
          && cluster.servicesOf(workload).some(service => service.name === each.get('name').text),
      )
    : hasLabels(workload.labels, policy.spec.get('selector', 'matchLabels').strings);
}
