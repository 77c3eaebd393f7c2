import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { meshConfig } from './mesh-config';
import type { MeshSettings } from './mesh-settings';
import { validateRevision } from './revision';

/** Settings of an installation with istioctl, besides the mesh configuration. */
export interface IstioctlProps {
  /**
   * Replicas of istiod.
   * @default 2
   */
  readonly replicas?: number;
  /**
   * The registry and path of Istio's images.
   * @default - that of istioctl
   */
  readonly hub?: string;
  /**
   * The tag of Istio's images.
   * @default - the version of the istioctl that installs it
   */
  readonly tag?: string;
}

/**
 * An IstioOperator file for `istioctl install -f`; not an object in the cluster. It has no gateways: istiod deploys one
 * for the Gateway of each edge.
 * @see https://istio.io/latest/docs/reference/config/istio.operator.v1alpha1/
 */
export function renderIstioOperator(
  scope: Construct,
  settings: MeshSettings,
  { replicas = 2, hub, tag }: IstioctlProps,
): void {
  validateRevision(settings);
  new ApiObject(scope, 'istio-operator', {
    apiVersion: 'install.istio.io/v1alpha1',
    kind: 'IstioOperator',
    metadata: { name: settings.revision ? `istio-${settings.revision}` : 'istio', namespace: 'istio-system' },
    spec: {
      profile: settings.ambient ? 'ambient' : 'minimal',
      revision: settings.revision,
      hub,
      tag,
      meshConfig: meshConfig(settings),
      ...(settings.revisionTags ? { values: { revisionTags: settings.revisionTags } } : {}),
      components: {
        pilot: { enabled: true, k8s: { hpaSpec: { minReplicas: replicas, maxReplicas: Math.max(replicas, 5) } } },
      },
    },
  });
}
