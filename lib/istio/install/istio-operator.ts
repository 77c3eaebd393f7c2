import type { MeshSettings } from './installation';
import { meshConfig } from './mesh-config';

/** What is installed beside the mesh configuration. */
export interface IstioctlProps {
  /**
   * Replicas of istiod.
   * @default 2
   */
  readonly replicas?: number;
  /**
   * The registry and path of Istio's images.
   * @default - istioctl's own
   */
  readonly hub?: string;
  /**
   * The tag of Istio's images.
   * @default - the version of the istioctl that installs it
   */
  readonly tag?: string;
}

/** The spec of an IstioOperator. Gateways are not in it: each edge's Gateway brings its own. @see https://istio.io/latest/docs/reference/config/istio.operator.v1alpha1/ */
export function istioOperatorSpec(settings: MeshSettings, props: IstioctlProps): object {
  const replicas = props.replicas ?? 2;
  return {
    profile: 'minimal',
    revision: settings.revision,
    hub: props.hub,
    tag: props.tag,
    meshConfig: meshConfig(settings),
    components: { pilot: { enabled: true, k8s: { hpaSpec: { minReplicas: replicas, maxReplicas: Math.max(replicas, 5) } } } },
  };
}
