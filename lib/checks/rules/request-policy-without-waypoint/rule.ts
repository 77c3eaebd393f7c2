import { type Cluster, Kind, type Resource, targetRefsOf } from '../../../manifests';
import { Severity } from '../../finding';
import { isEnrolled, isWaypoint, missesWaypoint, waypointsInUse } from '../../manifests/ambient/enrolment';
import { KINDS, requestPolicies } from '../../manifests/ambient/policies';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'RequestPolicyWithoutWaypoint',
  severity: Severity.WARNING,
  covers: KINDS.map(each => each.noWaypoint),
  summary: 'An L7 policy is in an ambient namespace without a waypoint',
  explanation:
    'ztunnel handles connections, not requests. It denies the requests that an AuthorizationPolicy with '
    + 'L7 rules would allow, and ignores the other kinds. Enrol the namespace, the Service or the pods '
    + 'with `istio.io/use-waypoint`.',
  *find(cluster) {
    const used = waypointsInUse(cluster);
    for (const { resource, at, noWaypoint } of requestPolicies(cluster)) {
      if (isUnseen(resource, used, cluster)) {
        yield problem(
          at,
          'The policy is at layer 7, but requests to its workloads pass no waypoint.',
          `Label namespace ${resource.namespace} with istio.io/use-waypoint, and declare the waypoint; it has to be for `
            + 'Services (`istio.io/waypoint-for`).',
          [noWaypoint],
        );
      }
    }
  },
};

/** Whether a policy's requests pass no waypoint: it targets a Service without one, or a waypoint that nothing uses. */
function isUnseen(policy: Resource, used: ReadonlySet<string>, cluster: Cluster): boolean {
  const targets = targetRefsOf(policy);
  return targets.length === 0
    ? missesWaypoint(policy.spec.get('selector', 'matchLabels').strings, policy.namespace, cluster)
    : targets.some(target => {
        const name = target.get('name').text;
        switch (target.get('kind').text) {
          case 'Service':
          case 'ServiceEntry': {
            const named = cluster.find(
              target.get('kind').text === 'Service' ? Kind.SERVICE : Kind.SERVICE_ENTRY,
              name,
              policy.namespace,
            );
            return !isEnrolled(named ?? { labels: {}, namespace: policy.namespace }, cluster);
          }
          case 'Gateway': {
            const gateway = cluster.find(Kind.GATEWAY, name, policy.namespace);
            const isOfWaypoint = gateway ? isWaypoint(gateway, cluster) : !REPORTED_WITHOUT_GATEWAY.has(policy.type);
            return isOfWaypoint && !used.has(`${policy.namespace}/${name}`);
          }
          default:
            return false;
        }
      });
}

/** The kinds of which PolicyWithoutPods reports those whose Gateway does not exist. */
const REPORTED_WITHOUT_GATEWAY: ReadonlySet<string> = new Set<string>([
  Kind.AUTHORIZATION_POLICY,
  Kind.REQUEST_AUTHENTICATION,
]);
