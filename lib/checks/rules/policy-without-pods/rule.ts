import {
  type Cluster,
  hasLabels,
  isElsewhere,
  Kind,
  Membership,
  membershipOf,
  PODS_ELSEWHERE,
  type Resource,
  targetRefsOf,
  missingPods,
} from '../../../manifests';
import { type GatewayPods, Gateways } from '../../../dataplane';
import { Severity } from '../../finding';
import { problemOfTarget } from '../../manifests/ambient/targets';
import { absent, type Check, problem, unless } from '../../manifests/check';

export const rule: Check = {
  id: 'PolicyWithoutPods',
  severity: Severity.WARNING,
  covers: ['IST0127', 'KIA0004'],
  summary: 'A policy selects no pods of the mesh, or no proxy enforces it for its target',
  explanation:
    'It has no effect. A policy in the root namespace applies to all namespaces, any other to its own. '
    + 'A PeerAuthentication with a selector has no effect in the root namespace. '
    + 'Pods without a proxy (and outside ambient mode) do not count, since no proxy enforces the policy '
    + 'there. Pods of gateways count that Istio makes or installs, '
    + 'also if no manifest contains them. A policy with `targetRefs` applies to Gateways, Services and ServiceEntries '
    + 'of its own namespace, and at a waypoint only to the latter two; the GatewayClass `istio-waypoint` is a target in '
    + 'the root namespace. '
    + 'The annotation `cardinal.cdk8s.io/elsewhere: pods` states that other manifests declare the pods or the targets.',
  *find(cluster) {
    for (const type of [Kind.AUTHORIZATION_POLICY, Kind.REQUEST_AUTHENTICATION, Kind.PEER_AUTHENTICATION]) {
      for (const policy of cluster.all(type)) {
        const targets = targetRefsOf(policy);
        yield* targets.length === 0
          ? uselessness(policy, cluster)
          : targets.flatMap(each => problemOfTarget(each, cluster) ?? []);
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
  if (isMeshWide && policy.type === Kind.PEER_AUTHENTICATION && Object.keys(labels).length > 0) {
    yield problem(
      selector,
      `Istio ignores a PeerAuthentication with a selector in the root namespace ${policy.namespace}.`,
      'Move it to the namespace of its pods, or remove the selector, so that it applies to the whole mesh.',
      [],
    );
    return;
  }
  const namespace = isMeshWide ? undefined : policy.namespace;
  const pods = cluster.workloads.select(labels, namespace);
  const gateways = Object.keys(labels).length > 0 ? Gateways.of(cluster).select(labels, namespace) : [];
  const isUnlikely = namespace !== undefined && areUnlikelyIn(namespace, gateways, cluster);
  if (
    pods.some(each => membershipOf(each, cluster) !== Membership.NONE)
    || isVirtualMachine(policy, cluster)
    || (pods.length === 0 && isElsewhere(policy, PODS_ELSEWHERE))
    || (gateways.length > 0 && !isUnlikely)
  ) {
    return;
  }
  const found = problem(
    selector.exists ? selector : policy.spec,
    pods.length > 0
      ? 'The selected pods are not in the mesh, so the policy is not enforced.'
      : `The policy selects no pods in ${isMeshWide ? 'any namespace' : `namespace ${policy.namespace}`}.`,
    pods.length > 0 ? 'Add the pods to the mesh.' : 'Correct the selector or the namespace.',
    [...(policy.type === Kind.AUTHORIZATION_POLICY ? ['IST0127'] : []), ...(pods.length > 0 ? [] : ['KIA0004'])],
  );
  yield pods.length === 0
    ? isUnlikely
      ? unless(`a gateway of Istio's chart runs in ${namespace}`, found)
      : absent(missingPods(namespace), found)
    : allowsPlainText(policy)
      ? { ...found, severity: Severity.INFO }
      : pods.some(each => each.resource.origin?.isChanged === true)
        ? unless('a patch of their kustomization adds them', found)
        : found;
}

/**
 * Whether gateways are releases of Istio's chart, which may be in any namespace, and nothing indicates that they are in
 * this one: it has workloads of its own among the manifests, and no Gateway that selects them.
 */
function areUnlikelyIn(namespace: string, gateways: readonly GatewayPods[], cluster: Cluster): boolean {
  return (
    gateways.length > 0
    && gateways.every(each => each.namespace === undefined)
    && cluster.workloads.in(namespace).length > 0
    && !cluster
      .all(Kind.ISTIO_GATEWAY)
      .some(
        each =>
          each.namespace === namespace
          && gateways.some(({ labels }) => hasLabels(labels, each.spec.get('selector').strings)),
      )
  );
}

/** Whether it is a PeerAuthentication that pods without a proxy comply with anyway: plain text is allowed on all ports. */
function allowsPlainText({ type, spec }: Resource): boolean {
  const modes = [spec.get('mtls'), ...spec.get('portLevelMtls').entries.map(([, each]) => each)]
    .filter(each => each.exists)
    .map(each => each.get('mode').text);
  return (
    type === Kind.PEER_AUTHENTICATION
    && modes.length > 0
    && modes.every(each => ['PERMISSIVE', 'DISABLE'].includes(each))
  );
}

/** Whether the policy may be intended for machines outside the cluster. */
function isVirtualMachine(policy: Resource, cluster: Cluster): boolean {
  return [Kind.WORKLOAD_ENTRY, Kind.WORKLOAD_GROUP].some(type =>
    cluster.all(type).some(each => each.namespace === policy.namespace),
  );
}
