import { isDeepStrictEqual } from 'node:util';
import {
  type Cluster,
  isAmbientNamespace,
  isInjectedNamespace,
  Kind,
  type KubernetesObject,
  Resource,
  targetRefsOf,
  Workload,
} from '../../manifests';
import { PolicyScope } from '../diff/policies';
import { liftedPolicies, restrictionsOf } from './lifted';
import { widened, withHostsOf, withoutClientTls } from './widen';
import type { Stage } from './stages';

/** An object that a step applies or deletes. */
export interface Action {
  readonly stage: Stage;
  readonly does: 'apply' | 'delete';
  readonly resource: Resource;
  /** Why it is not the object of the new manifests. */
  readonly note?: string;
}

/** The actions that lead from one set of manifests to another. */
export function actionsOf(before: Cluster, after: Cluster): readonly Action[] {
  const situation = { before, after, scope: new PolicyScope(before), lifted: liftedPolicies(before, after) };
  const [old, now] = [before, after].map(({ resources }) => new Map(resources.map(each => [idOf(each), each])));
  return [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].sort().flatMap((id): Action[] => {
    const [was, is] = [old?.get(id), now?.get(id)];
    if (was && is) {
      return isDeepStrictEqual(was.object, is.object) ? [] : changed(was, is, situation);
    }
    return is ? added(is, situation) : was ? removed(was, situation) : [];
  });
}

interface Situation {
  readonly before: Cluster;
  readonly after: Cluster;
  readonly scope: PolicyScope;
  readonly lifted: ReadonlySet<Resource>;
}

/** Whether an object routes requests to backends. */
export function isRoute({ type }: Resource): boolean {
  return ROUTES.includes(type);
}

function idOf({ type, key }: Resource): string {
  return `${type} ${key}`;
}

const POLICIES: readonly string[] = [Kind.AUTHORIZATION_POLICY, Kind.NETWORK_POLICY, Kind.SIDECAR];
const ROUTES: readonly string[] = [
  Kind.VIRTUAL_SERVICE,
  Kind.HTTP_ROUTE,
  Kind.GRPC_ROUTE,
  Kind.TLS_ROUTE,
  Kind.TCP_ROUTE,
  Kind.INGRESS,
];
const TYPES: readonly string[] = [Kind.NAMESPACE, Kind.CRD, Kind.GATEWAY_CLASS];
const GRANTS: readonly string[] = [
  Kind.SERVICE,
  Kind.SERVICE_ENTRY,
  Kind.WORKLOAD_ENTRY,
  Kind.DESTINATION_RULE,
  Kind.REFERENCE_GRANT,
  Kind.REQUEST_AUTHENTICATION,
];

function changed(was: Resource, is: Resource, situation: Situation): Action[] {
  const final = (stage: Stage): Action => ({ stage, does: 'apply', resource: is });
  if (is.type === Kind.NAMESPACE) {
    return [final('labels')];
  }
  if (Workload.of(is)) {
    return [
      final(
        isWithoutPods(is) && !isWithoutPods(was)
          ? 'retire'
          : changesMode(is.namespace, situation)
            ? 'labels'
            : 'workloads',
      ),
    ];
  }
  if (isRoute(is)) {
    return [final('routes')];
  }
  const steps = widened(was, is);
  return steps
    ? steps.map(({ stage, object }) => ({ stage, does: 'apply', ...written(is, object) }))
    : [final(isNarrowable(is) ? 'narrow' : 'configuration')];
}

/** The resource of an object in between, with a note if it is not the final one. */
function written(is: Resource, object: KubernetesObject): Pick<Action, 'resource' | 'note'> {
  return object === is.object
    ? { resource: is }
    : {
        resource: new Resource(object, is.origin, is.namespace || undefined),
        note: 'with what is permitted before and after',
      };
}

/** Whether the labels of a namespace change how its Pods are in the mesh, so that they change with them. */
function changesMode(namespace: string, { before, after }: Situation): boolean {
  const [was, is] = [before, after].map(cluster => {
    const labels = cluster.namespaceLabels(namespace);
    return [isAmbientNamespace(labels), isInjectedNamespace(labels)];
  });
  return !isDeepStrictEqual(was, is);
}

function isWithoutPods({ spec }: Resource): boolean {
  return spec.get('replicas').number === 0;
}

function isNarrowable({ type }: Resource): boolean {
  return [...POLICIES, ...GRANTS, Kind.PEER_AUTHENTICATION, Kind.GATEWAY, Kind.ISTIO_GATEWAY].includes(type);
}

function added(is: Resource, situation: Situation): Action[] {
  const first = withoutClientTls(is);
  return first
    ? [
        { stage: 'grants', does: 'apply', ...written(is, first) },
        { stage: 'routes', does: 'apply', resource: is },
      ]
    : [{ stage: stageOfNew(is, situation), does: 'apply', resource: is }];
}

function stageOfNew(is: Resource, situation: Situation): Stage {
  if (TYPES.includes(is.type)) {
    return 'types';
  }
  if (isOfNewWaypoint(is, situation.before)) {
    return 'configuration';
  }
  if (Workload.of(is)) {
    return 'callees';
  }
  if (isRoute(is)) {
    return 'routes';
  }
  if (is.type === Kind.PEER_AUTHENTICATION) {
    return is.spec.get('mtls', 'mode').text === 'PERMISSIVE' ? 'grants' : 'narrow';
  }
  if (POLICIES.includes(is.type)) {
    return restrictsNewly(is, situation) ? 'narrow' : 'grants';
  }
  return GRANTS.includes(is.type) ? 'grants' : 'configuration';
}

/**
 * Whether nothing reads a policy yet: it is for Services that pass no waypoint so far, or for a Gateway that is new. Such
 * policies are there before requests pass the waypoint.
 */
function isOfNewWaypoint(policy: Resource, before: Cluster): boolean {
  const targets = targetRefsOf(policy);
  return (
    !isRoute(policy)
    && targets.length > 0
    && targets.every(target => {
      const [kind, name] = [target.get('kind').text, target.get('name').text];
      if (kind === 'Gateway') {
        return !before.find(Kind.GATEWAY, name, policy.namespace);
      }
      const labels = before.find(Kind.SERVICE, name, policy.namespace)?.labels;
      const waypoint = { ...before.namespaceLabels(policy.namespace), ...labels }['istio.io/use-waypoint'] ?? 'none';
      return kind === 'Service' && waypoint === 'none';
    })
  );
}

/** Whether a new policy may deny what was allowed before, to a workload that exists. */
function restrictsNewly(policy: Resource, { before, after, scope }: Situation): boolean {
  if (isDenying(policy)) {
    return true;
  }
  const there = new Set(before.workloads.all.map(({ namespace, name }) => `${namespace}/${name}`));
  if (policy.type === Kind.SIDECAR) {
    return selectedBy(policy, after).some(each => there.has(each));
  }
  if (targetRefsOf(policy).length > 0) {
    return true;
  }
  return selectedBy(policy, after)
    .filter(each => there.has(each))
    .some(each => !isRestricted(each, policy, scope));
}

/** Whether a policy of the same kind restricts a workload already, so that another one adds to what is allowed. */
function isRestricted(workload: string, policy: Resource, scope: PolicyScope): boolean {
  const others = scope.of(workload).filter(each => each.type === policy.type);
  return restrictionsOf(policy).every(each => others.flatMap(restrictionsOf).includes(each));
}

function isDenying(policy: Resource): boolean {
  return policy.type === Kind.AUTHORIZATION_POLICY && restrictionsOf(policy).length === 0;
}

/** The workloads that a policy applies to, by its labels. */
function selectedBy(policy: Resource, cluster: Cluster): string[] {
  const { namespace, spec } = policy;
  const path =
    { [Kind.NETWORK_POLICY as string]: 'podSelector', [Kind.SIDECAR as string]: 'workloadSelector' }[policy.type]
    ?? 'selector';
  const labels = spec.get(path, policy.type === Kind.SIDECAR ? 'labels' : 'matchLabels').strings;
  const isOfAll = namespace === cluster.mesh.rootNamespace;
  return cluster.workloads
    .select(labels, isOfAll ? undefined : namespace)
    .map(each => `${each.namespace}/${each.name}`);
}

function removed(was: Resource, situation: Situation): Action[] {
  const first = was.type === Kind.SIDECAR ? withHostsOf(was, successorsOf(was, situation)) : undefined;
  const last = withoutClientTls(was);
  return [
    ...(first ? [{ stage: 'grants', does: 'apply', ...written(was, first) } as const] : []),
    ...(last ? [{ stage: 'routes', does: 'apply', ...written(was, last) } as const] : []),
    { stage: stageOfRemoved(was, situation), does: 'delete', resource: was },
  ];
}

/** The new Sidecars for the same workloads, which have no effect until the former one is deleted. */
function successorsOf(sidecar: Resource, { before, after }: Situation): readonly Resource[] {
  const selector = (each: Resource) => each.spec.get('workloadSelector').value;
  return after
    .all(Kind.SIDECAR)
    .filter(
      each =>
        each.namespace === sidecar.namespace
        && isDeepStrictEqual(selector(each), selector(sidecar))
        && !before.find(Kind.SIDECAR, each.name, each.namespace),
    );
}

function stageOfRemoved(was: Resource, { after, lifted }: Situation): Stage {
  const { type, namespace } = was;
  if (TYPES.includes(type)) {
    return 'last';
  }
  if (Workload.of(was)) {
    return 'retire';
  }
  if (isRoute(was)) {
    return 'routes';
  }
  if (type === Kind.SERVICE) {
    return 'retire';
  }
  if (lifted.has(was)) {
    return 'grants';
  }
  const protectsRest = selectedBy(was, after).length > 0;
  if (isDenying(was)) {
    return protectsRest ? 'grants' : 'rest';
  }
  if (type === Kind.SIDECAR && protectsRest) {
    return after.all(Kind.SIDECAR).some(each => [namespace, after.mesh.rootNamespace].includes(each.namespace))
      ? 'narrow'
      : 'grants';
  }
  if (type === Kind.PEER_AUTHENTICATION) {
    return was.spec.get('mtls', 'mode').text === 'STRICT' ? 'grants' : 'narrow';
  }
  return isNarrowable(was) && (protectsRest || !POLICIES.includes(type)) ? 'narrow' : 'rest';
}
