import {
  byAge,
  ByLabel,
  type Cluster,
  type Field,
  hasLabels,
  type Labels,
  memoByKey,
  type Resource,
  targetRefsOf,
} from '../../manifests';

/** The target of policies: a workload, or the Pods of a gateway. */
export interface PolicyTarget {
  readonly namespace: string;
  readonly labels: Labels;
  /** The Gateway API Gateway that it serves, which policies may target. */
  readonly gateway?: Resource;
  /** The Services at whose waypoint requests for it arrive, which policies may target. */
  readonly services?: readonly Resource[];
  /** Whether it is a waypoint, which reads no policies without targets. */
  readonly isWaypoint?: boolean;
}

/**
 * The policies of a type: those of the mesh, of the namespace, and those that select the labels or target the Gateway;
 * oldest first.
 */
export const policiesFor = memoByKey(findPolicies);

function findPolicies(target: PolicyTarget, type: string, cluster: Cluster): readonly Resource[] {
  const { namespace, labels, services = [], isWaypoint = false } = target;
  const index = indexOf(cluster, type);
  const namespaces = [namespace, cluster.mesh.rootNamespace, ...services.map(each => each.namespace)];
  const found = [...new Set(namespaces)].flatMap(each => index.candidates(each, labels));
  return byAge(
    found.filter(policy => {
      const targets = targetRefsOf(policy);
      return targets.length > 0
        ? targets.some(each => isTargeted(each, target) || (isWaypoint && isOfClass(each, cluster)))
        : !isWaypoint && hasLabels(labels, demanded(policy));
    }),
  );
}

function isTargeted(at: Field, { gateway, services = [] }: PolicyTarget): boolean {
  return [...services, ...(gateway ? [gateway] : [])].some(
    ({ kind, name, namespace }) =>
      at.get('kind').text === kind && at.get('name').text === name && at.resource.namespace === namespace,
  );
}

/** Whether policies of the root namespace are for all waypoints. */
function isOfClass(at: Field, cluster: Cluster): boolean {
  return (
    at.get('kind').text === 'GatewayClass'
    && at.get('name').text === 'istio-waypoint'
    && at.resource.namespace === cluster.mesh.rootNamespace
  );
}

function demanded(policy: Resource): Labels {
  return policy.spec.get('selector', 'matchLabels').strings;
}

const indexOf = memoByKey((cluster: Cluster, type: string) => new ByLabel(cluster.all(type), demanded));
