import type { Reading } from './read';

const OBSERVED = 'observed only';
const TIMES = 'how long connections are kept, not where they lead';
const CERTIFICATES = 'a certificate is taken, or said not to be';
const NAMES = 'the names of statistics';
const AUTHORIZERS = ['envoyExtAuthzHttp', 'envoyExtAuthzGrpc'];
const AUTHORIZER = [
  'service', 'port', 'failOpen', 'statusOnError', 'pathPrefix', 'timeout', 'includeRequestHeadersInCheck', 'includeHeadersInCheck', 'includeAdditionalHeadersInCheck',
  'includeRequestBodyInCheck', 'headersToDownstreamOnDeny', 'headersToDownstreamOnAllow',
  'headersToUpstreamOnAllow',
];
const OBSERVERS = [
  'zipkin', 'lightstep', 'datadog', 'stackdriver', 'opencensus', 'skywalking', 'opentelemetry', 'prometheus', 'envoyFileAccessLog', 'envoyHttpAls', 'envoyTcpAls',
  'envoyOtelAls', 'sds',
];

/** The mesh configuration, of a ConfigMap or an IstioOperator. @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/ */
export const MESH_CONFIG: Reading = {
  read: [
    'rootNamespace', 'trustDomain', 'outboundTrafficPolicy.mode', 'enableAutoMtls', 'pathNormalization.normalization',
    'defaultHttpRetryPolicy.attempts', 'defaultHttpRetryPolicy.retryOn', 'defaultHttpRetryPolicy.perTryTimeout', 'extensionProviders[].name',
    ...AUTHORIZERS.flatMap(kind => AUTHORIZER.map(name => `extensionProviders[].${kind}.${name}`)),
  ],
  harmless: {
    ...Object.fromEntries(OBSERVERS.map(name => [`extensionProviders[].${name}`, OBSERVED])),
    ...Object.fromEntries(['accessLogEncoding', 'accessLogFile', 'accessLogFormat', 'defaultProviders', 'disableEnvoyListenerLog', 'enableEnvoyAccessLogService',
      'enablePrometheusMerge', 'enableTracing'].map(name => [name, OBSERVED])),
    ...Object.fromEntries(['connectTimeout', 'dnsRefreshRate', 'hboneIdleTimeout', 'protocolDetectionTimeout', 'tcpKeepalive'].map(name => [name, TIMES])),
    ...Object.fromEntries(['ca', 'caCertificates', 'certificates', 'meshMTLS', 'tlsDefaults', 'verifyCertificateAtClient'].map(name => [name, CERTIFICATES])),
    ...Object.fromEntries(['inboundClusterStatName', 'outboundClusterStatName'].map(name => [name, NAMES])),
    'defaultHttpRetryPolicy.backoff': 'how long between tries', 'defaultHttpRetryPolicy.retryIgnorePreviousHosts': 'all workloads are healthy',
    'defaultHttpRetryPolicy.retryRemoteLocalities': 'all workloads are healthy', h2UpgradePolicy: 'the protocol between proxies',
    'localityLbSetting.enabled': 'all workloads are healthy', 'localityLbSetting.failover': 'all workloads are healthy', 'localityLbSetting.failoverPriority': 'all workloads are healthy',
    ingressClass: 'refused where an Ingress has the host', ingressControllerMode: 'refused where an Ingress has the host',
    ingressSelector: 'refused where an Ingress has the host', ingressService: 'refused where an Ingress has the host',
    ...Object.fromEntries([
      'availabilityZone', 'binaryPath', 'caCertificatesPem', 'concurrency', 'configPath', 'controlPlaneAuthPolicy', 'discoveryAddress', 'discoveryRefreshDelay', 'drainDuration',
      'envoyAccessLogService', 'envoyMetricsService', 'envoyMetricsServiceAddress', 'extraStatTags', 'fileFlushInterval', 'fileFlushMinSizeKb', 'holdApplicationUntilProxyStarts',
      'image', 'meshId', 'parentShutdownDuration', 'privateKeyProvider', 'proxyAdminPort', 'proxyStatsMatcher', 'readinessProbe', 'sds', 'serviceCluster', 'statNameLength',
      'statsCompression', 'statsdUdpAddress', 'statusPort', 'terminationDrainDuration', 'tracing', 'tracingServiceName', 'zipkinAddress',
    ].map(name => [`defaultConfig.${name}`, 'how the proxy runs'])),
    ...Object.fromEntries(['ISTIO_META_DNS_CAPTURE', 'ISTIO_META_DNS_AUTO_ALLOCATE'].map(name => [`defaultConfig.proxyMetadata.${name}`, 'names are asked, not addresses'])),
  },
  unsimulated: {
    ...Object.fromEntries(AUTHORIZERS.map(kind => [`extensionProviders[].${kind}.clearRouteCache`, false])),
    configSources: undefined,
    defaultServiceExportTo: ['*'], defaultVirtualServiceExportTo: ['*'], defaultDestinationRuleExportTo: ['*'],
    defaultTrafficPolicy: undefined, 'localityLbSetting.distribute': undefined, discoverySelectors: undefined, 'inboundTrafficPolicy.mode': 'PASSTHROUGH', serviceScopeConfigs: undefined, serviceSettings: undefined,
    serviceEntryVisibility: undefined, trustDomainAliases: undefined,
    'defaultConfig.gatewayTopology': undefined, 'defaultConfig.interceptionMode': 'REDIRECT', 'defaultConfig.proxyHeaders': undefined,
    'defaultConfig.runtimeValues': undefined, 'defaultConfig.connectionSettings': undefined,
    'defaultConfig.customConfigFile': undefined, 'defaultConfig.proxyBootstrapTemplatePath': undefined,
  },
};
