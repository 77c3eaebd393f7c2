import { type Cluster, type Field, Kind, Membership, membershipOf, type Resource, targetRefsOf } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { isAmbient, isEnrolled, isWaypoint, missesWaypoint, waypointsInUse } from './enrolment';
import { requestRuleOf, requestTelemetryOf } from './layers';

/** The kinds with L7 settings, the codes for each, and the L7 part of an object. */
const KINDS: readonly { readonly type: string; readonly noWaypoint: string; readonly noTargets: string; readonly about: (resource: Resource) => Field | undefined }[] = [
  { type: Kind.AUTHORIZATION_POLICY, noWaypoint: 'KIA0109', noTargets: 'KIA0110', about: requestRuleOf },
  { type: Kind.REQUEST_AUTHENTICATION, noWaypoint: 'KIA1110', noTargets: 'KIA1115', about: each => each.spec },
  { type: Kind.WASM_PLUGIN, noWaypoint: 'KIA1111', noTargets: 'KIA1116', about: each => each.spec },
  { type: Kind.TELEMETRY, noWaypoint: 'KIA1112', noTargets: 'KIA1117', about: requestTelemetryOf },
];

export const requestPolicyWithoutWaypoint: Check = {
  id: 'RequestPolicyWithoutWaypoint',
  severity: Severity.WARNING,
  covers: KINDS.map(each => each.noWaypoint),
  summary: 'An L7 policy is in an ambient namespace without a waypoint',
  explanation: 'ztunnel handles connections, not requests. It denies the requests that an AuthorizationPolicy with L7 rules would allow, and ignores the other kinds. Enrol the namespace, the Service or the pods with `istio.io/use-waypoint`.',
  *find(cluster) {
    const used = waypointsInUse(cluster);
    for (const { resource, at, noWaypoint } of requestPolicies(cluster)) {
      if (isUnseen(resource, used, cluster)) {
        yield problem(at, 'The policy is at layer 7, but requests to its workloads pass no waypoint.', `Label namespace ${resource.namespace} with istio.io/use-waypoint, and declare the waypoint.`, [noWaypoint]);
      }
    }
  },
};

export const requestPolicyWithoutTargets: Check = {
  id: 'RequestPolicyWithoutTargets',
  severity: Severity.WARNING,
  covers: KINDS.map(each => each.noTargets),
  summary: 'An L7 policy in an ambient namespace has no targetRefs',
  explanation: 'Waypoints apply policies that target them, or a Service behind them; they ignore selectors and namespace-wide policies.',
  *find(cluster) {
    for (const { resource, at, noTargets } of requestPolicies(cluster).filter(each => targetRefsOf(each.resource).length === 0)) {
      yield problem(resource.spec.get('selector').exists ? resource.spec.get('selector') : at, 'Waypoints ignore the policy, since it targets neither a waypoint nor a Service.',
        'Add `targetRefs` with the Service (`group: "", kind: Service`) or the waypoint (`kind: Gateway`).', [noTargets]);
    }
  },
};

function requestPolicies(cluster: Cluster): { resource: Resource; at: Field; noWaypoint: string; noTargets: string }[] {
  return KINDS.flatMap(({ type, about, noWaypoint, noTargets }) => cluster.all(type).filter(each => isAmbient(each.namespace, cluster) && !isForSidecars(each, cluster)).flatMap(resource => {
    const at = about(resource);
    return at ? [{ resource, at, noWaypoint, noTargets }] : [];
  }));
}

/** Whether all workloads that a policy selects enforce it with their sidecars. */
function isForSidecars(policy: Resource, cluster: Cluster): boolean {
  const labels = policy.spec.get('selector', 'matchLabels').strings;
  const workloads = Object.keys(labels).length === 0 ? [] : cluster.workloads.select(labels, policy.namespace);
  return workloads.length > 0 && workloads.every(each => membershipOf(each, cluster) === Membership.SIDECAR);
}

/** Whether a policy's requests pass no waypoint: it targets a Service without one, or a waypoint that nothing uses. */
function isUnseen(policy: Resource, used: ReadonlySet<string>, cluster: Cluster): boolean {
  const targets = targetRefsOf(policy);
  return targets.length === 0 ? missesWaypoint(policy.spec.get('selector', 'matchLabels').strings, policy.namespace, cluster) : targets.some(target => {
    const name = target.get('name').text;
    switch (target.get('kind').text) {
      case 'Service':
      case 'ServiceEntry': {
        const named = cluster.find(target.get('kind').text === 'Service' ? Kind.SERVICE : Kind.SERVICE_ENTRY, name, policy.namespace);
        return !isEnrolled(named?.labels ?? {}, cluster.namespaceLabels(policy.namespace));
      }
      case 'Gateway': {
        const gateway = cluster.find(Kind.GATEWAY, name, policy.namespace);
        return (gateway === undefined || isWaypoint(gateway, cluster)) && !used.has(`${policy.namespace}/${name}`);
      }
      default: return false;
    }
  });
}
