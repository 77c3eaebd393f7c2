import type { Topology } from '../topology';
import type { Target } from './target';
import type { Labels } from './topology-chart';

/**
 * Labels with which the load balancer controllers of AWS add a readiness gate to new pods, so that a rollout waits for
 * healthy targets.
 * @see https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/pod_readiness_gate/
 */
const READINESS_GATES: Labels = {
  'eks.amazonaws.com/pod-readiness-gate-inject': 'enabled',
  'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled',
};

/** The labels of a namespace with the pods of gateways that are targets of load balancers. */
export function readinessGateLabels({ edges }: Topology, { gateway }: Target, namespace: string): Labels {
  const hasTargets = edges.some(edge => gateway?.hasPodTargets(edge) && gateway.namespaceOf(edge) === namespace);
  return hasTargets ? READINESS_GATES : {};
}
