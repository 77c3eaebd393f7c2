import type { ChartRelease } from '../../kubernetes';
import { type LinkerdSettings, validateCertificates } from './settings';

/** The repository in which Linkerd's charts of current releases are published. */
export const LINKERD_CHARTS = 'https://helm.linkerd.io/edge';

/** A chart of Linkerd. */
export type LinkerdChart = 'linkerd-crds' | 'linkerd2-cni' | 'linkerd-control-plane';

/** The charts of an installation, each after those that it needs. */
export function chartsOf(settings: LinkerdSettings, replicas: number): (ChartRelease & { chart: LinkerdChart })[] {
  const namespace = settings.controlPlaneNamespace ?? 'linkerd';
  return [
    // The CRDs of the Gateway API are installed once for all that use them.
    { release: 'linkerd-crds', chart: 'linkerd-crds', namespace, values: { installGatewayAPI: false } },
    ...(settings.cni
      ? [{ release: 'linkerd-cni', chart: 'linkerd2-cni' as const, namespace: 'linkerd-cni', values: {} }]
      : []),
    {
      release: 'linkerd-control-plane',
      chart: 'linkerd-control-plane',
      namespace,
      values: valuesOf(settings, namespace, replicas),
    },
  ];
}

/**
 * The private keys of issuer and webhooks are those of Secrets: the chart would generate others each time that it is
 * rendered.
 * @see https://github.com/linkerd/linkerd2/blob/main/charts/linkerd-control-plane/values.yaml
 */
function valuesOf(settings: LinkerdSettings, namespace: string, replicas: number): ChartRelease['values'] {
  const { trustAnchors, webhookCa, cni = false, clusterDomain = 'cluster.local', probeCidrs } = settings;
  validateCertificates('trustAnchors', trustAnchors);
  validateCertificates('webhookCa', webhookCa);
  const webhook = (certificate: string) => ({
    externalSecret: true,
    ...(webhookCa === undefined ? { injectCaFrom: `${namespace}/${certificate}` } : { caBundle: webhookCa }),
  });
  return {
    ...(trustAnchors === undefined ? {} : { identityTrustAnchorsPEM: trustAnchors }),
    identity: { externalCA: trustAnchors === undefined, issuer: { scheme: 'kubernetes.io/tls' } },
    proxyInjector: webhook('linkerd-proxy-injector'),
    profileValidator: webhook('linkerd-sp-validator'),
    policyValidator: webhook('linkerd-policy-validator'),
    clusterDomain,
    identityTrustDomain: clusterDomain,
    cniEnabled: cni,
    ...(probeCidrs ? { policyController: { probeNetworks: [...probeCidrs] } } : {}),
    controllerReplicas: replicas,
    ...(replicas > 1 ? HIGH_AVAILABILITY : {}),
  };
}

/** @see https://github.com/linkerd/linkerd2/blob/main/charts/linkerd-control-plane/values-ha.yaml */
const HIGH_AVAILABILITY = {
  enablePodDisruptionBudget: true,
  enablePodAntiAffinity: true,
  deploymentStrategy: { rollingUpdate: { maxUnavailable: 1, maxSurge: '25%' } },
  // Pods without their proxy would be outside the mesh.
  webhookFailurePolicy: 'Fail',
  controllerResources: resources('50Mi'),
  destinationResources: resources('50Mi'),
  identityResources: resources('10Mi'),
  heartbeatResources: resources('50Mi'),
  proxyInjectorResources: resources('50Mi'),
  spValidatorResources: resources('50Mi'),
  proxy: { resources: { cpu: { request: '100m' }, memory: { limit: '250Mi', request: '20Mi' } } },
};

function resources(memory: string): object {
  return { cpu: { request: '100m' }, memory: { limit: '250Mi', request: memory } };
}
