import { type Cluster, hasLabels, type Labels } from '../../../manifests';

const STANDARD: Labels = { istio: 'ingressgateway' };
const STANDARD_NAMESPACE = 'istio-system';
const STANDARD_PORTS = [80, 443, 31400, 15443];

/** A pod of a gateway. */
export interface GatewayPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
}

/**
 * The pods that a Gateway selects: in the manifests, else those of the gateway in Istio's default profile, which
 * manifests rarely contain themselves; `istioctl analyze` of files assumes it too.
 */
export function podsFor(selector: Labels, cluster: Cluster): readonly GatewayPod[] {
  const pods = cluster.workloads.select(selector);
  return pods.length === 0 && isStandard(selector)
    ? [{ namespace: STANDARD_NAMESPACE, name: 'istio-ingressgateway', labels: STANDARD }]
    : pods;
}

/** Whether a selector matches the pods of that gateway. */
export function isStandard(selector: Labels): boolean {
  return hasLabels(STANDARD, selector);
}

/** Whether the Service of that gateway selects some of these pods, and has a port. */
export function hasStandardPort(pods: readonly GatewayPod[], port: number): boolean {
  return (
    STANDARD_PORTS.includes(port)
    && pods.some(({ namespace, labels }) => namespace === STANDARD_NAMESPACE && labels.istio === STANDARD.istio)
  );
}
