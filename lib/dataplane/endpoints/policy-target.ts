import {
  byAge,
  ByLabel,
  type Cluster,
  type Field,
  hasLabels,
  type Labels,
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
}

/**
 * The policies of a type: those of the mesh, of the namespace, and those that select the labels or target the Gateway;
 * oldest first.
 */
export function policiesFor(target: PolicyTarget, type: string, cluster: Cluster): readonly Resource[] {
  const known = FOUND.get(target) ?? new Map<string, readonly Resource[]>();
  FOUND.set(target, known);
  const policies = known.get(type) ?? findPolicies(target, type, cluster);
  known.set(type, policies);
  return policies;
}

/** Cached for each workload. */
const FOUND = new WeakMap<PolicyTarget, Map<string, readonly Resource[]>>();

function findPolicies(target: PolicyTarget, type: string, cluster: Cluster): Resource[] {
  const { namespace, labels } = target;
  const index = indexOf(type, cluster);
  const found = [...new Set([namespace, cluster.mesh.rootNamespace])].flatMap(each => index.candidates(each, labels));
  return byAge(
    found.filter(policy => {
      const targets = targetRefsOf(policy);
      return targets.length > 0 ? targets.some(each => isTargeted(each, target)) : hasLabels(labels, demanded(policy));
    }),
  );
}

function isTargeted(at: Field, { gateway, services = [] }: PolicyTarget): boolean {
  return [...services, ...(gateway ? [gateway] : [])].some(
    ({ kind, name, namespace }) =>
      at.get('kind').text === kind && at.get('name').text === name && at.resource.namespace === namespace,
  );
}

function demanded(policy: Resource): Labels {
  return policy.spec.get('selector', 'matchLabels').strings;
}

const INDEXES = new WeakMap<Cluster, Map<string, ByLabel>>();

function indexOf(type: string, cluster: Cluster): ByLabel {
  const indexes = INDEXES.get(cluster) ?? new Map<string, ByLabel>();
  INDEXES.set(cluster, indexes);
  const index = indexes.get(type) ?? new ByLabel(cluster.all(type), demanded);
  indexes.set(type, index);
  return index;
}
