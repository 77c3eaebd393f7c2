import type { Reading } from './read';

const LOADS = 'depends on how much comes';
const KEYS = 'certificates are assumed to be valid';

const CORS = ['allowCredentials', 'allowHeaders', 'allowMethods', 'exposeHeaders', 'maxAge'];
const MATCH = [
  'authority',
  'gateways',
  'headers',
  'ignoreUriCase',
  'method',
  'port',
  'queryParams',
  'scheme',
  'sourceLabels',
  'sourceNamespace',
  'uri',
  'withoutHeaders',
];
const CONNECTION_MATCH = ['gateways', 'port', 'sourceLabels', 'sourceNamespace'];

/** VirtualServices. @see https://istio.io/latest/docs/reference/config/networking/virtual-service/ */
export const VIRTUAL_SERVICE: Reading = {
  read: [
    'exportTo',
    'gateways',
    'hosts',
    ...MATCH.map(name => `http[].match[].${name}`),
    ...CONNECTION_MATCH.map(name => `tcp[].match[].${name}`),
    ...[...CONNECTION_MATCH, 'sniHosts'].map(name => `tls[].match[].${name}`),
    'tcp[].route',
    'tls[].route',
    ...['allowOrigin', 'allowOrigins', 'unmatchedPreflights', ...CORS].map(name => `http[].corsPolicy.${name}`),
    ...[
      'delegate',
      'directResponse',
      'fault',
      'headers',
      'mirror',
      'mirrorPercent',
      'mirrorPercentage',
      'mirrors',
      'redirect',
      'rewrite',
      'route',
      'timeout',
    ].map(name => `http[].${name}`),
    ...['attempts', 'perTryTimeout', 'retryOn'].map(name => `http[].retries.${name}`),
  ],
  harmless: {
    'http[].match[].name': 'a name',
    'http[].match[].statPrefix': 'observed only',
    'http[].name': 'a name',
    'http[].retries.backoff': 'the pause before a retry',
    'http[].retries.retryIgnorePreviousHosts': 'all workloads are healthy',
    'http[].retries.retryRemoteLocalities': 'all workloads are healthy',
  },
  unsimulated: {
    'http[].mirror_percent': undefined,
    'tcp[].match[].destinationSubnets': undefined,
    'tcp[].match[].sourceSubnet': undefined,
    'tls[].match[].destinationSubnets': undefined,
  },
};

/** The traffic policy of a DestinationRule, a subset or a port. */
const policy = (at: string): Reading => ({
  read: ['tls.mode', 'portLevelSettings[].port', 'portLevelSettings[].tls'].map(name => `${at}.${name}`),
  harmless: {
    ...Object.fromEntries(
      [
        'connectionPool',
        'outlierDetection',
        'retryBudget',
        'portLevelSettings[].connectionPool',
        'portLevelSettings[].outlierDetection',
      ].map(name => [`${at}.${name}`, LOADS]),
    ),
    ...Object.fromEntries(
      ['loadBalancer', 'portLevelSettings[].loadBalancer'].map(name => [`${at}.${name}`, 'which of equal Pods']),
    ),
    ...Object.fromEntries(
      [
        'caCertificates',
        'caCrl',
        'clientCertificate',
        'credentialName',
        'insecureSkipVerify',
        'privateKey',
        'sni',
        'subjectAltNames',
      ].map(name => [`${at}.tls.${name}`, KEYS]),
    ),
  },
  unsimulated: { [`${at}.proxyProtocol`]: undefined, [`${at}.tunnel`]: undefined },
});
const [OF_HOST, OF_SUBSET] = [policy('trafficPolicy'), policy('subsets[].trafficPolicy')];

/** DestinationRules. @see https://istio.io/latest/docs/reference/config/networking/destination-rule/ */
export const DESTINATION_RULE: Reading = {
  read: [
    'exportTo',
    'host',
    'subsets[].labels',
    'subsets[].name',
    'workloadSelector',
    ...OF_HOST.read,
    ...OF_SUBSET.read,
  ],
  harmless: { ...OF_HOST.harmless, ...OF_SUBSET.harmless },
  unsimulated: { ...OF_HOST.unsimulated, ...OF_SUBSET.unsimulated },
};

/**
 * Sidecars, for what their proxies send and receive.
 * @see https://istio.io/latest/docs/reference/config/networking/sidecar/
 */
export const SIDECAR: Reading = {
  read: [
    'egress[].bind',
    'egress[].captureMode',
    'egress[].hosts',
    'egress[].port',
    ...['captureMode', 'defaultEndpoint', 'port.number', 'port.protocol', 'tls'].map(name => `ingress[].${name}`),
    'outboundTrafficPolicy.mode',
    'workloadSelector',
  ],
  harmless: {
    inboundConnectionPool: LOADS,
    'ingress[].bind': 'without effect where traffic is captured',
    'ingress[].connectionPool': LOADS,
    'ingress[].port.name': 'a name',
    'ingress[].port.targetPort': 'without effect, by the reference of Istio',
  },
  unsimulated: { 'outboundTrafficPolicy.egressProxy': undefined },
};

/** Gateways of Istio. @see https://istio.io/latest/docs/reference/config/networking/gateway/ */
export const ISTIO_GATEWAY: Reading = {
  read: [
    'selector',
    'servers[].hosts',
    'servers[].port.number',
    'servers[].port.protocol',
    'servers[].tls.mode',
    'servers[].tls.httpsRedirect',
  ],
  harmless: {
    'servers[].name': 'a name',
    'servers[].port.name': 'a name',
    'servers[].port.targetPort': 'without effect, by the reference of Istio',
    ...Object.fromEntries(
      [
        'caCertCredentialName',
        'caCertificates',
        'caCrl',
        'cipherSuites',
        'credentialName',
        'credentialNames',
        'maxProtocolVersion',
        'minProtocolVersion',
        'privateKey',
        'serverCertificate',
        'subjectAltNames',
        'tlsCertificates',
        'verifyCertificateHash',
        'verifyCertificateSpki',
      ].map(name => [`servers[].tls.${name}`, KEYS]),
    ),
  },
  unsimulated: { 'servers[].bind': '0.0.0.0', 'servers[].defaultEndpoint': undefined },
};

const LOCALITY = 'which of equal endpoints';
const CERTIFICATE = 'certificates are assumed to be valid';

/** ServiceEntries. @see https://istio.io/latest/docs/reference/config/networking/service-entry/ */
export const SERVICE_ENTRY: Reading = {
  read: [
    'addresses',
    'exportTo',
    'hosts',
    'location',
    'resolution',
    'workloadSelector.labels',
    ...['name', 'number', 'protocol', 'targetPort'].map(name => `ports[].${name}`),
    ...['address', 'labels', 'ports', 'weight'].map(name => `endpoints[].${name}`),
  ],
  harmless: {
    'endpoints[].locality': LOCALITY,
    'endpoints[].serviceAccount': CERTIFICATE,
    subjectAltNames: CERTIFICATE,
  },
  unsimulated: { 'endpoints[].network': undefined },
};

/** WorkloadEntries. @see https://istio.io/latest/docs/reference/config/networking/workload-entry/ */
export const WORKLOAD_ENTRY: Reading = {
  read: ['address', 'labels', 'ports', 'weight'],
  harmless: { locality: LOCALITY, serviceAccount: CERTIFICATE },
  unsimulated: { network: undefined },
};

/** WorkloadGroups: what WorkloadEntries of machines that register themselves are made of. */
export const WORKLOAD_GROUP: Reading = {
  read: [],
  harmless: {
    metadata: 'machines that register themselves are not among the manifests',
    probe: 'all workloads are healthy',
    template: 'machines that register themselves are not among the manifests',
  },
  unsimulated: {},
};

/** ProxyConfigs. @see https://istio.io/latest/docs/reference/config/networking/proxy-config/ */
export const PROXY_CONFIG: Reading = {
  read: ['selector.matchLabels'],
  harmless: { concurrency: 'how fast, not where', image: 'the program of the proxy' },
  unsimulated: { environmentVariables: undefined },
};

const TARGETS = ['selector.matchLabels', 'targetRef', 'targetRefs'];
const SOURCE = [
  'IpBlocks',
  'Namespaces',
  'Principals',
  'RemoteIpBlocks',
  'RequestPrincipals',
  'ServiceAccounts',
  'TrustDomains',
];
const OPERATION = ['Hosts', 'Methods', 'Paths', 'Ports'];
const TOKENS = 'tokens are signed by their issuer, or declared bad';

/** AuthorizationPolicies. @see https://istio.io/latest/docs/reference/config/security/authorization-policy/ */
export const AUTHORIZATION_POLICY: Reading = {
  read: [
    ...TARGETS,
    'action',
    'provider.name',
    ...bothWays(SOURCE).map(name => `rules[].from[].source.${name}`),
    ...bothWays(OPERATION).map(name => `rules[].to[].operation.${name}`),
    ...['key', 'values', 'notValues'].map(name => `rules[].when[].${name}`),
  ],
  harmless: {},
  unsimulated: {},
};

/** RequestAuthentications. @see https://istio.io/latest/docs/reference/config/security/request_authentication/ */
export const REQUEST_AUTHENTICATION: Reading = {
  read: [
    ...TARGETS,
    ...[
      'issuer',
      'audiences',
      'forwardOriginalToken',
      'fromCookies',
      'fromHeaders[].name',
      'fromHeaders[].prefix',
      'fromParams',
      'outputClaimToHeaders[].claim',
      'outputClaimToHeaders[].header',
      'outputPayloadToHeader',
      'spaceDelimitedClaims',
    ].map(name => `jwtRules[].${name}`),
  ],
  harmless: {
    'jwtRules[].jwks': TOKENS,
    'jwtRules[].jwks_uri': TOKENS,
    'jwtRules[].jwksUri': TOKENS,
    'jwtRules[].timeout': TOKENS,
  },
  unsimulated: {},
};

/** PeerAuthentications. @see https://istio.io/latest/docs/reference/config/security/peer_authentication/ */
export const PEER_AUTHENTICATION: Reading = {
  read: ['selector.matchLabels', 'mtls.mode', 'portLevelMtls'],
  harmless: {},
  unsimulated: {},
};

function bothWays(names: readonly string[]): string[] {
  return names.flatMap(each => [`${each[0]?.toLowerCase() ?? ''}${each.slice(1)}`, `not${each}`]);
}
