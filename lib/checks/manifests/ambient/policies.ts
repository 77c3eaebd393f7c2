import { type Cluster, type Field, Kind, Membership, membershipOf, type Resource } from '../../../manifests';
import { isAmbient } from './enrolment';
import { requestRuleOf, requestTelemetryOf } from './layers';

/** The kinds with L7 settings, the codes for each, and the L7 part of an object. */
export const KINDS: readonly {
  readonly type: string;
  readonly noWaypoint: string;
  readonly noTargets: string;
  readonly about: (resource: Resource) => Field | undefined;
}[] = [
  { type: Kind.AUTHORIZATION_POLICY, noWaypoint: 'KIA0109', noTargets: 'KIA0110', about: requestRuleOf },
  { type: Kind.REQUEST_AUTHENTICATION, noWaypoint: 'KIA1110', noTargets: 'KIA1115', about: each => each.spec },
  { type: Kind.WASM_PLUGIN, noWaypoint: 'KIA1111', noTargets: 'KIA1116', about: each => each.spec },
  { type: Kind.TELEMETRY, noWaypoint: 'KIA1112', noTargets: 'KIA1117', about: requestTelemetryOf },
];

export function requestPolicies(
  cluster: Cluster,
): { resource: Resource; at: Field; noWaypoint: string; noTargets: string }[] {
  return KINDS.flatMap(({ type, about, noWaypoint, noTargets }) =>
    cluster
      .all(type)
      .filter(each => isAmbient(each.namespace, cluster) && !isForSidecars(each, cluster))
      .flatMap(resource => {
        const at = about(resource);
        return at ? [{ resource, at, noWaypoint, noTargets }] : [];
      }),
  );
}

/** Whether a policy is in an ambient namespace and has L7 settings. */
export function isRequestPolicy(policy: Resource, cluster: Cluster): boolean {
  return (
    isAmbient(policy.namespace, cluster)
    && KINDS.some(({ type, about }) => type === policy.type && about(policy) !== undefined)
  );
}

/** Whether all workloads that a policy selects enforce it with their sidecars. */
function isForSidecars(policy: Resource, cluster: Cluster): boolean {
  const labels = policy.spec.get('selector', 'matchLabels').strings;
  const workloads = Object.keys(labels).length === 0 ? [] : cluster.workloads.select(labels, policy.namespace);
  return workloads.length > 0 && workloads.every(each => membershipOf(each, cluster) === Membership.SIDECAR);
}
