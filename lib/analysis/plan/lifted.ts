import { isDeepStrictEqual } from 'node:util';
import {
  gatewayListeners,
  policiesFor,
  policyTargetAt,
  policyTargetOf,
  unlessUnsimulated,
  waypointOf,
} from '../../dataplane';
import { type Cluster, isAllowing, isDryRun, Kind, type Resource } from '../../manifests';
import { idOf, PolicyScope } from '../diff/policies';
import { directionsOf } from './widen';

/**
 * The removed policies that are the last to deny all else at each of their targets, and that no other policy replaces,
 * so that their removal only permits more.
 * @see https://istio.io/latest/docs/concepts/security/#implicit-enablement
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation
 */
export function liftedPolicies(before: Cluster, after: Cluster): ReadonlySet<Resource> {
  const staying = new Set(after.resources.map(idOf));
  const removed = before.resources.filter(each => restrictionsOf(each).length > 0 && !staying.has(idOf(each)));
  if (removed.length === 0) {
    return new Set();
  }
  const now = policiesByTarget(after);
  const targets = [...policiesByTarget(before)].map(([name, policies]): Target => ({
    policies,
    isGone: !now.has(name),
    hasNew: now.get(name)?.some(each => !policies.some(other => isSame(each, other))) ?? false,
  }));
  const remaining = new Set(targets.filter(each => !each.isGone).flatMap(each => each.policies));
  return withoutNarrowing(new Set(removed.filter(each => remaining.has(each))), targets);
}

/** Where policies apply: a workload, a gateway, or a Service at a waypoint. */
interface Target {
  /** Its policies before the change. */
  readonly policies: readonly Resource[];
  readonly isGone: boolean;
  /** Whether it has a policy after the change that it did not have, or not with these rules. */
  readonly hasNew: boolean;
}

/** The policies of a set that leave no target with another one outside of the set, which would deny more then. */
function withoutNarrowing(lifted: ReadonlySet<Resource>, targets: readonly Target[]): ReadonlySet<Resource> {
  const narrowing = new Set(
    targets.flatMap(({ policies, hasNew }) => {
      const kept = policies.filter(each => !lifted.has(each)).flatMap(restrictionsOf);
      return policies.filter(each => hasNew || restrictionsOf(each).some(restriction => kept.includes(restriction)));
    }),
  );
  const rest = new Set([...lifted].filter(each => !narrowing.has(each)));
  return rest.size === lifted.size ? rest : withoutNarrowing(rest, targets);
}

/** What a policy denies unless it, or another one with the same restriction, allows it. */
export function restrictionsOf(policy: Resource): readonly string[] {
  if (policy.type === Kind.NETWORK_POLICY) {
    return directionsOf((policy.object.spec ?? {}) as Record<string, unknown>);
  }
  return policy.type === Kind.AUTHORIZATION_POLICY && isAllowing(policy) ? ['requests'] : [];
}

function isSame(policy: Resource, other: Resource): boolean {
  return idOf(policy) === idOf(other) && isDeepStrictEqual(policy.object.spec, other.object.spec);
}

function policiesByTarget(cluster: Cluster): ReadonlyMap<string, readonly Resource[]> {
  const scope = new PolicyScope(cluster);
  const gateways = (unlessUnsimulated(() => gatewayListeners(cluster)) ?? []).map(
    each => [`gateway ${each.caller.title} ${each.gateway?.key ?? ''}`, policyTargetOf(each)] as const,
  );
  const waypoints = cluster.hosts.all.flatMap(host => {
    const waypoint = unlessUnsimulated(() => waypointOf(host, cluster));
    return waypoint ? [[`waypoint of ${host.name}`, policyTargetAt(waypoint, host)] as const] : [];
  });
  return new Map([
    ...cluster.workloads.all
      .map(({ namespace, name }) => `${namespace}/${name}`)
      .map(name => [name, scope.of(name)] as const),
    ...[...gateways, ...waypoints].map(
      ([name, target]) =>
        [
          name,
          OF_REQUESTS.flatMap(type => policiesFor(target, type, cluster)).filter(each => !isDryRun(each)),
        ] as const,
    ),
  ]);
}

const OF_REQUESTS = [Kind.AUTHORIZATION_POLICY, Kind.REQUEST_AUTHENTICATION];
