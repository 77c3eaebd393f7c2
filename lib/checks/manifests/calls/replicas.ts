import { type Cluster, type Field, Kind, memo, type Resource, type Workload } from '../../../manifests';

/**
 * The minimum of replicas of a workload: its own setting, or the minimum of its autoscaler; infinite for a DaemonSet,
 * which has one on each node.
 */
export function replicasOf(workload: Workload, cluster: Cluster): number {
  if (workload.resource.type === Kind.DAEMON_SET) {
    return Infinity;
  }
  const scaler = scalerOf(workload, cluster);
  return scaler
    ? (scaler.spec.get('minReplicas').number
        ?? scaler.spec.get('minReplicaCount').number
        ?? (scaler.kind === 'ScaledObject' ? 0 : 1))
    : workload.replicas;
}

/** The maximum of replicas of a workload. */
export function mostReplicasOf(workload: Workload, cluster: Cluster): number {
  const scaler = scalerOf(workload, cluster);
  // KEDA's default maximum.
  return scaler
    ? (scaler.spec.get('maxReplicas').number ?? scaler.spec.get('maxReplicaCount').number ?? 100)
    : replicasOf(workload, cluster);
}

/** The HorizontalPodAutoscaler, or KEDA's ScaledObject, of a workload. */
function scalerOf(workload: Workload, cluster: Cluster): Resource | undefined {
  return scalersIn(cluster).get(`${workload.namespace}/${workload.resource.kind}/${workload.name}`);
}

const scalersIn = memo(
  (cluster: Cluster) =>
    new Map(
      [Kind.HPA, 'ScaledObject.keda.sh']
        .flatMap(type => cluster.all(type))
        .map(each => [targetKey(each.namespace, each.spec.get('scaleTargetRef')), each]),
    ),
);

function targetKey(namespace: string, target: Field): string {
  return `${namespace}/${target.get('kind').text || 'Deployment'}/${target.get('name').text}`;
}
