import type { Field } from '../../../manifests';

/** An annotation that Istio reads. */
export interface KnownAnnotation {
  /** The kinds on which it is read; `Any` is every kind. */
  readonly kinds: readonly string[];
  readonly isAlpha: boolean;
  readonly isDeprecated: boolean;
}

/**
 * The annotations of Istio 1.31 by the kinds on which they are read; `~` marks deprecated ones, `+` those that are no
 * longer alpha.
 * @see https://istio.io/latest/docs/reference/config/annotations/
 */
const BY_KINDS: Readonly<Record<string, string>> = {
  Any: 'galley.istio.io/analyze-suppress gateway.istio.io/controller-version',
  AuthorizationPolicy: 'istio.io/dry-run',
  Gateway: 'gateway.istio.io/name-override gateway.istio.io/service-account networking.istio.io/service-type',
  'GatewayClass Gateway': 'ambient.istio.io/waypoint-inbound-binding',
  Ingress: '+kubernetes.io/ingress.class',
  Namespace: 'topology.istio.io/controlPlaneClusters',
  'Namespace Service ServiceEntry': 'networking.istio.io/traffic-distribution',
  Pod:
    'ambient.istio.io/bypass-inbound-capture ambient.istio.io/dns-capture +ambient.istio.io/redirection '
    + 'inject.istio.io/templates '
    + 'istio.io/reroute-virtual-interfaces istio.io/rev prometheus.istio.io/merge-metrics '
    + '+proxy.istio.io/config proxy.istio.io/overrides '
    + 'readiness.status.sidecar.istio.io/applicationPorts readiness.status.sidecar.istio.io/failureThreshold '
    + 'readiness.status.sidecar.istio.io/initialDelaySeconds '
    + 'readiness.status.sidecar.istio.io/periodSeconds sidecar.istio.io/agentLogLevel '
    + 'sidecar.istio.io/bootstrapOverride sidecar.istio.io/componentLogLevel '
    + '~sidecar.istio.io/discoveryAddress ~sidecar.istio.io/extraStatTags '
    + '~+sidecar.istio.io/inject sidecar.istio.io/interceptionMode sidecar.istio.io/logLevel '
    + 'sidecar.istio.io/nativeSidecar '
    + 'sidecar.istio.io/proxyCPU sidecar.istio.io/proxyCPULimit sidecar.istio.io/proxyImage '
    + 'sidecar.istio.io/proxyImageType '
    + 'sidecar.istio.io/proxyMemory sidecar.istio.io/proxyMemoryLimit '
    + 'sidecar.istio.io/rewriteAppHTTPProbers ~sidecar.istio.io/statsCompression '
    + 'sidecar.istio.io/statsEvictionInterval sidecar.istio.io/statsFlushInterval sidecar.istio.io/statsHistogramBins '
    + 'sidecar.istio.io/statsHistogramBuckets ~sidecar.istio.io/statsInclusionPrefixes '
    + '~sidecar.istio.io/statsInclusionRegexps '
    + '~sidecar.istio.io/statsInclusionSuffixes sidecar.istio.io/status sidecar.istio.io/userVolume '
    + 'sidecar.istio.io/userVolumeMount '
    + 'status.sidecar.istio.io/port traffic.sidecar.istio.io/excludeInboundPorts '
    + 'traffic.sidecar.istio.io/excludeInterfaces '
    + 'traffic.sidecar.istio.io/excludeOutboundIPRanges traffic.sidecar.istio.io/excludeOutboundPorts '
    + 'traffic.sidecar.istio.io/includeInboundPorts '
    + 'traffic.sidecar.istio.io/includeOutboundIPRanges traffic.sidecar.istio.io/includeOutboundPorts '
    + '~traffic.sidecar.istio.io/kubevirtInterfaces',
  Service:
    '~alpha.istio.io/canonical-serviceaccounts ~alpha.istio.io/kubernetes-serviceaccounts networking.istio.io/exportTo '
    + '+traffic.istio.io/nodeSelector',
  'Service ServiceEntry Namespace': 'istio.io/use-waypoint-canary-weight',
  WorkloadEntry:
    'istio.io/autoRegistrationGroup istio.io/connectedAt istio.io/disconnectedAt istio.io/workloadController',
};

const KNOWN: ReadonlyMap<string, KnownAnnotation> = new Map(
  Object.entries(BY_KINDS).flatMap(([kinds, names]) =>
    names
      .split(' ')
      .map((name): [string, KnownAnnotation] => [
        name.replace(/^[~+]+/, ''),
        { kinds: kinds.split(' '), isAlpha: !/^~?\+/.test(name), isDeprecated: name.startsWith('~') },
      ]),
  ),
);

/** Annotations that controllers set, which are not reported. */
const OWN = new Set(['sidecar.istio.io/status', 'gateway.istio.io/controller-version', 'istio.io/rev']);

/** The metadata of an annotation. */
export function knownAnnotation(name: string): KnownAnnotation | undefined {
  return KNOWN.get(name);
}

/** The Istio annotations of an object, without those that its controllers set. */
export function istioAnnotations(annotations: Field): [string, Field][] {
  return annotations.entries.filter(
    ([name]) =>
      !OWN.has(name) && (name === 'kubernetes.io/ingress.class' || (name.split('/')[0] ?? '').endsWith('istio.io')),
  );
}
