import {
  byAge,
  ByLabel,
  type Cluster,
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
}

/**
 * The policies of a type: those of the mesh, of the namespace, and those that select the labels or target the Gateway;
 * oldest first.
 */
export const policiesFor = memoByKey(findPolicies);

function findPolicies(
  { namespace, labels, gateway }: PolicyTarget,
  type: string,
  cluster: Cluster,
): readonly Resource[] {
  const index = indexOf(cluster, type);
  const found = [...new Set([namespace, cluster.mesh.rootNamespace])].flatMap(each => index.candidates(each, labels));
  return byAge(
    found.filter(policy => {
      const targets = targetRefsOf(policy);
      return targets.length > 0
        ? gateway !== undefined
            && policy.namespace === gateway.namespace
            && targets.some(each => each.get('kind').text === 'Gateway' && each.get('name').text === gateway.name)
        : hasLabels(labels, demanded(policy));
    }),
  );
}

function demanded(policy: Resource): Labels {
  return policy.spec.get('selector', 'matchLabels').strings;
}

const indexOf = memoByKey((cluster: Cluster, type: string) => new ByLabel(cluster.all(type), demanded));
