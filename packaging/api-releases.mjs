/**
 * What releases of Kubernetes and Istio added to their APIs and removed from them, so that one set of schemas serves
 * several versions. The lab (claim 33, released APIs) compares each version with the types and CustomResourceDefinitions of its release.
 *
 * An entry is a kind (`networking.k8s.io/v1/IPAddress`, or `apps/v1beta1/*` for all of a version), or a field or value of
 * a type: `v1/Container restartPolicy`, `v1/Toleration operator=Lt`. A type of Kubernetes has the name of its module, one
 * of Istio is a kind in all of its versions. `**` is any path; list items and entries of maps have no step of their own.
 */
export const ADDED = {
  'Kubernetes 1.28': [
    'batch/v1/JobSpec backoffLimitPerIndex',
    'batch/v1/JobSpec maxFailedIndexes',
    'batch/v1/JobSpec podReplacementPolicy',
    'batch/v1/PodFailurePolicyRule action=FailIndex',
    'v1/Container restartPolicy',
    'v1/EphemeralContainer restartPolicy',
  ],
  'Kubernetes 1.29': [
    'v1/LifecycleHandler sleep',
    'v1/PersistentVolumeClaimSpec volumeAttributesClassName',
    'v1/PersistentVolumeSpec volumeAttributesClassName',
    'v1/PodAffinityTerm matchLabelKeys',
    'v1/PodAffinityTerm mismatchLabelKeys',
    'v1/VolumeProjection clusterTrustBundle',
  ],
  'Kubernetes 1.30': [
    'batch/v1/JobSpec managedBy',
    'batch/v1/JobSpec successPolicy',
    'v1/PodSecurityContext appArmorProfile',
    'v1/SecurityContext appArmorProfile',
    'v1/ServiceSpec trafficDistribution',
    'v1/VolumeMount recursiveReadOnly',
  ],
  'Kubernetes 1.31': [
    'v1/PodResourceClaim resourceClaimName',
    'v1/PodResourceClaim resourceClaimTemplateName',
    'v1/PodSecurityContext supplementalGroupsPolicy',
    'v1/ResourceClaim request',
    'v1/Volume image',
  ],
  'Kubernetes 1.32': ['v1/PodSecurityContext seLinuxChangePolicy', 'v1/PodSpec resources'],
  'Kubernetes 1.33': [
    'autoscaling/v2/HPAScalingRules tolerance',
    'discovery.k8s.io/v1/EndpointHints forNodes',
    'networking.k8s.io/v1/IPAddress',
    'networking.k8s.io/v1/ServiceCIDR',
    'storage.k8s.io/v1/CSIDriverSpec nodeAllocatableUpdatePeriodSeconds',
    'v1/Lifecycle stopSignal',
  ],
  'Kubernetes 1.34': [
    'storage.k8s.io/v1/VolumeAttributesClass',
    'v1/Container restartPolicyRules',
    'v1/EnvVarSource fileKeyRef',
    'v1/EphemeralContainer restartPolicyRules',
    'v1/PodSpec hostnameOverride',
    'v1/VolumeProjection podCertificate',
  ],
  'Kubernetes 1.35': [
    'storage.k8s.io/v1/CSIDriverSpec serviceAccountTokenInSecrets',
    'v1/PodCertificateProjection userAnnotations',
    'v1/PodSpec workloadRef',
    'v1/Toleration operator=Gt',
    'v1/Toleration operator=Lt',
  ],
  'Kubernetes 1.36': ['storage.k8s.io/v1/CSIDriverSpec preventPodSchedulingIfMissing', 'v1/PodSpec schedulingGroup'],
  'Istio 1.21': [
    'DestinationRule **.http.maxConcurrentStreams',
    'DestinationRule **.tcp.idleTimeout',
    'DestinationRule **.trafficPolicy.proxyProtocol',
    'RequestAuthentication spec.jwtRules.fromCookies',
    'Sidecar **.http.maxConcurrentStreams',
    'Sidecar **.tcp.idleTimeout',
  ],
  'Istio 1.22': [
    'networking.istio.io/v1/*',
    'security.istio.io/v1/PeerAuthentication',
    'telemetry.istio.io/v1/*',
    'AuthorizationPolicy spec.targetRefs',
    'DestinationRule **.tls.caCrl',
    'EnvoyFilter spec.targetRefs',
    'Gateway spec.servers.tls.caCrl',
    'RequestAuthentication spec.jwtRules.timeout',
    'RequestAuthentication spec.targetRefs',
    'Sidecar spec.ingress.tls.caCrl',
    'Telemetry spec.targetRefs',
    'WasmPlugin spec.targetRefs',
  ],
  'Istio 1.23': ['VirtualService spec.http.corsPolicy.unmatchedPreflights'],
  'Istio 1.24': ['DestinationRule **.loadBalancer.warmup'],
  'Istio 1.25': [
    'AuthorizationPolicy spec.rules.from.source.notServiceAccounts',
    'AuthorizationPolicy spec.rules.from.source.serviceAccounts',
    'EnvoyFilter spec.configPatches.match.routeConfiguration.vhost.domainName',
    'Telemetry spec.tracing.enableIstioTags',
    'WorkloadGroup spec.probe.grpc',
  ],
  'Istio 1.26': [
    'Gateway spec.servers.tls.credentialNames',
    'Gateway spec.servers.tls.tlsCertificates',
    'Sidecar spec.ingress.tls.credentialNames',
    'Sidecar spec.ingress.tls.tlsCertificates',
    'VirtualService spec.http.retries.backoff',
    'VirtualService spec.http.retries.retryIgnorePreviousHosts',
  ],
  'Istio 1.27': ['DestinationRule **.trafficPolicy.retryBudget', 'WasmPlugin spec.failStrategy=FAIL_RELOAD'],
  'Istio 1.28': [
    'DestinationRule **.httpCookie.attributes',
    'Gateway spec.servers.tls.caCertCredentialName',
    'RequestAuthentication spec.jwtRules.spaceDelimitedClaims',
    'ServiceEntry spec.resolution=DYNAMIC_DNS',
    'Sidecar spec.ingress.tls.caCertCredentialName',
  ],
  'Istio 1.29': [
    'EnvoyFilter spec.configPatches.match.context=WAYPOINT',
    'EnvoyFilter spec.configPatches.match.waypoint',
    'Telemetry spec.tracing.customTags.formatter',
  ],
  'Istio 1.30': [
    'extensions.istio.io/v1alpha1/TrafficExtension',
    'AuthorizationPolicy spec.rules.from.source.notTrustDomains',
    'AuthorizationPolicy spec.rules.from.source.trustDomains',
    'Telemetry spec.tracing.disableContextPropagation',
  ],
  'Istio 1.31': [
    'DestinationRule **.http.http2KeepAlive',
    'DestinationRule **.loadBalancer.zoneAwareLbSetting',
    'DestinationRule **.outlierDetection.outlierDetectionHttpErrorCodes',
    'DestinationRule **.retryBudget.budgetInterval',
    'EnvoyFilter spec.configPatches.patch.operation=MERGE_AND_REPLACE_LIST',
    'Gateway spec.servers.tls.insecureSkipVerify',
    'Sidecar **.http.http2KeepAlive',
    'Sidecar spec.ingress.tls.insecureSkipVerify',
    'VirtualService spec.http.redirect.prefixRewrite',
  ],
};

/** The same for what they removed, also before the oldest version. */
export const REMOVED = {
  'Kubernetes 1.16': ['apps/v1beta1/*', 'apps/v1beta2/*'],
  'Kubernetes 1.22': [
    'networking.k8s.io/v1beta1/Ingress',
    'networking.k8s.io/v1beta1/IngressClass',
    'rbac.authorization.k8s.io/v1beta1/*',
    'scheduling.k8s.io/v1beta1/*',
    'storage.k8s.io/v1beta1/CSIDriver',
    'storage.k8s.io/v1beta1/CSINode',
    'storage.k8s.io/v1beta1/StorageClass',
    'storage.k8s.io/v1beta1/VolumeAttachment',
  ],
  'Kubernetes 1.25': ['autoscaling/v2beta1/*', 'batch/v1beta1/*', 'discovery.k8s.io/v1beta1/*', 'policy/v1beta1/*'],
  'Kubernetes 1.26': ['autoscaling/v2beta2/*'],
  'Kubernetes 1.27': ['storage.k8s.io/v1beta1/CSIStorageCapacity'],
  'Kubernetes 1.29': ['v1/VolumeResourceRequirements claims'],
  'Kubernetes 1.31': ['v1/PodResourceClaim source'],
  'Kubernetes 1.36': ['v1/PodSpec workloadRef'],
};

/** The oldest versions that the schemas serve. The newest are the last ones that added something. */
export const OLDEST = { Kubernetes: '1.27', Istio: '1.20' };

const KEEP_ALIVE = { o: { interval: 's', timeout: 's' } };

/** The types of fields and values that the packages do not have: of newer releases, and removed ones. */
export const TYPES = {
  'AuthorizationPolicy spec.rules.from.source.notTrustDomains': { a: 's' },
  'AuthorizationPolicy spec.rules.from.source.trustDomains': { a: 's' },
  'DestinationRule **.http.http2KeepAlive': KEEP_ALIVE,
  'DestinationRule **.loadBalancer.zoneAwareLbSetting': {
    o: {
      enabled: 'b',
      failover: { a: { o: { from: 's', to: 's' } } },
      failoverPriority: { a: 's' },
      minClusterSize: 'n',
    },
  },
  'DestinationRule **.outlierDetection.outlierDetectionHttpErrorCodes': { a: 'n' },
  'DestinationRule **.retryBudget.budgetInterval': 's',
  'EnvoyFilter spec.configPatches.patch.operation=MERGE_AND_REPLACE_LIST': 's',
  'Gateway spec.servers.tls.insecureSkipVerify': 'b',
  'Sidecar **.http.http2KeepAlive': KEEP_ALIVE,
  'Sidecar spec.ingress.tls.insecureSkipVerify': 'b',
  'Telemetry spec.tracing.disableContextPropagation': 'b',
  'VirtualService spec.http.redirect.prefixRewrite': 's',
  'v1/PodResourceClaim source': { o: { resourceClaimName: 's', resourceClaimTemplateName: 's' } },
  'v1/PodSpec workloadRef': { o: { name: 's', podGroup: 's', podGroupReplicaKey: 's' }, r: ['name', 'podGroup'] },
  'v1/VolumeResourceRequirements claims': { a: { o: { name: 's' }, r: ['name'] } },
};
