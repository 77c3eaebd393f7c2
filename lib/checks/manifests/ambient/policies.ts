import { type Cluster, type Field, Kind, Membership, membershipOf, type Resource, targetRefsOf } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { isAmbient, isEnrolled, isWaypoint, missesWaypoint, waypointsInUse } from './enrolment';
import { requestRuleOf, requestTelemetryOf } from './layers';

/** The kinds that are about requests, the codes for each, and what of an object is about them. */
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
  summary: 'A policy about requests is in an ambient namespace whose traffic goes through no waypoint',
  explanation: 'ztunnel sees connections, not requests. It refuses what an AuthorizationPolicy with such rules would allow, and ignores the other kinds. Enrol the namespace, the Service or the pods with `istio.io/use-waypoint`.',
  *find(cluster) {
    const used = waypointsInUse(cluster);
    for (const { resource, at, noWaypoint } of requestPolicies(cluster)) {
      if (isUnseen(resource, used, cluster)) {
        yield problem(at, 'It is about requests, and no waypoint sees those of the workloads that it is for.', `Label namespace ${resource.namespace} with istio.io/use-waypoint, and declare the waypoint.`, [noWaypoint]);
      }
    }
  },
};

export const requestPolicyWithoutTargets: Check = {
  id: 'RequestPolicyWithoutTargets',
  severity: Severity.WARNING,
  covers: KINDS.map(each => each.noTargets),
  summary: 'A policy about requests is in an ambient namespace and has no targetRefs',
  explanation: 'Waypoints take policies that name them, or a Service behind them; they ignore selectors and what is for a whole namespace.',
  *find(cluster) {
    for (const { resource, at, noTargets } of requestPolicies(cluster).filter(each => targetRefsOf(each.resource).length === 0)) {
      yield problem(resource.spec.get('selector').exists ? resource.spec.get('selector') : at, 'Waypoints ignore it, since it names none of them and no Service.',
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

/** Whether all that a policy selects keep it by sidecars of their own. */
function isForSidecars(policy: Resource, cluster: Cluster): boolean {
  const labels = policy.spec.get('selector', 'matchLabels').strings;
  const workloads = Object.keys(labels).length === 0 ? [] : cluster.workloads.select(labels, policy.namespace);
  return workloads.length > 0 && workloads.every(each => membershipOf(each, cluster) === Membership.SIDECAR);
}

/** Whether no waypoint sees the requests that a policy is about: those of a Service that uses none, or of nobody, if it names a waypoint that none uses. */
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
