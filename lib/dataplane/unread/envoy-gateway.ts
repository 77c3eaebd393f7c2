import type { Reading } from './read';

const TARGETS = ['targetRef', 'targetRefs', 'targetSelectors'];
const MERGED = 'refused where there is something to merge with';
const CONNECTIONS = 'how connections are kept, not where they lead';

/** SecurityPolicies of Envoy Gateway. @see https://gateway.envoyproxy.io/docs/api/extension_types/#securitypolicy */
export const SECURITY_POLICY: Reading = {
  read: [
    ...TARGETS,
    'mergeType',
    'cors',
    'jwt.optional',
    'jwt.failOpen',
    'jwt.providers[].name',
    'jwt.providers[].issuer',
    'jwt.providers[].audiences',
    'jwt.providers[].claimToHeaders',
    'jwt.providers[].extractFrom',
    'authorization.defaultAction',
    'authorization.rules[].action',
    'authorization.rules[].operation.methods',
    'authorization.rules[].principal.clientCIDRs',
    'authorization.rules[].principal.headers',
    'authorization.rules[].principal.jwt.provider',
    'authorization.rules[].principal.jwt.claims',
    'authorization.rules[].principal.jwt.scopes',
    'apiKeyAuth.credentialRefs',
    'apiKeyAuth.extractFrom',
    'apiKeyAuth.forwardClientIDHeader',
    'apiKeyAuth.sanitize',
    'basicAuth.users',
    'basicAuth.forwardUsernameHeader',
    'extAuth.failOpen',
    'extAuth.statusOnError',
    'extAuth.http.path',
    'extAuth.http.pathOverride',
    ...['http', 'grpc'].flatMap(kind => [`extAuth.${kind}.backendRef`, `extAuth.${kind}.backendRefs`]),
  ],
  harmless: {
    ...Object.fromEntries(
      ['headersToExtAuth', 'bodyToExtAuth', 'timeout', 'contextExtensions', 'includeRouteMetadata']
        .concat(['http.headersToBackend', 'http.backendSettings', 'grpc.backendSettings'])
        .map(name => [`extAuth.${name}`, 'what an authorizer decides, and adds, is assumed']),
    ),
    'authorization.rules[].name': 'a name',
    'jwt.providers[].remoteJWKS': 'tokens are signed by their issuer, or declared bad',
    'jwt.providers[].localJWKS': 'tokens are signed by their issuer, or declared bad',
  },
  unsimulated: {
    'authorization.rules[].cel': undefined,
    'authorization.rules[].operation.path': undefined,
    'authorization.rules[].principal.clientIPGeoLocations': undefined,
    'authorization.rules[].principal.sourceCIDRs': undefined,
    csrf: undefined,
    'extAuth.recomputeRoute': false,
    oidc: undefined,
    'jwt.providers[].recomputeRoute': false,
  },
};

/** BackendTrafficPolicies: limits count over time, which a single request does not see. */
export const BACKEND_TRAFFIC_POLICY: Reading = {
  read: [
    ...TARGETS,
    'rateLimit',
    'retry.numRetries',
    'retry.retryOn',
    'retry.perRetry.timeout',
    'timeout.http.requestTimeout',
    'faultInjection.delay',
    'faultInjection.abort',
  ],
  harmless: {
    mergeType: MERGED,
    bandwidthLimit: 'how fast, not where',
    circuitBreaker: 'all workloads are healthy',
    compression: 'the form of the answer',
    compressor: 'the form of the answer',
    connection: CONNECTIONS,
    dns: 'how names are looked up again',
    healthCheck: 'all workloads are healthy',
    http2: CONNECTIONS,
    loadBalancer: 'which of equal endpoints',
    metrics: 'observed only',
    routeStatName: 'observed only',
    'retry.numAttemptsPerPriority': 'all workloads are healthy',
    'retry.perRetry.backOff': 'the pause before a retry',
    tcpKeepalive: CONNECTIONS,
    telemetry: 'observed only',
    'timeout.http.connectionIdleTimeout': CONNECTIONS,
    'timeout.http.maxConnectionDuration': CONNECTIONS,
    'timeout.http.streamIdleTimeout': CONNECTIONS,
    'timeout.tcp': CONNECTIONS,
    tracing: 'observed only',
  },
  unsimulated: {
    admissionControl: undefined,
    httpUpgrade: undefined,
    proxyProtocol: undefined,
    requestBuffer: undefined,
    responseOverride: undefined,
    routingType: undefined,
    'timeout.http.maxStreamDuration': undefined,
    useClientProtocol: false,
  },
};

/** ClientTrafficPolicies. */
export const CLIENT_TRAFFIC_POLICY: Reading = {
  read: [
    ...TARGETS,
    'headers.earlyRequestHeaders',
    'headers.host.stripTrailingHostDot',
    'headers.lateResponseHeaders',
    'headers.withUnderscoresAction',
    'headers.xForwardedClientCert.mode',
    'healthCheck.path',
    'tls.clientValidation',
    'clientIPDetection',
    'path.disableMergeSlashes',
    'path.escapedSlashesAction',
  ],
  harmless: {
    'headers.disableRateLimitHeaders': 'headers of the answer',
    'headers.enableEnvoyHeaders': 'headers of Envoy',
    'headers.preserveXRequestID': 'the name of a request in logs',
    'headers.requestID': 'the name of a request in logs',
    'headers.xForwardedClientCert.certDetailsToAdd': 'which of its fields services get',
    'tls.alpnProtocols': 'clients speak what is offered',
    'tls.ciphers': 'clients speak what is offered',
    'tls.ecdhCurves': 'clients speak what is offered',
    'tls.maxVersion': 'clients speak what is offered',
    'tls.minVersion': 'clients speak what is offered',
    'tls.session': CONNECTIONS,
    'tls.signatureAlgorithms': 'clients speak what is offered',
    'tls.fingerprints': 'observed only',
    connection: CONNECTIONS,
    grpc: 'requests are gRPC or HTTP, not gRPC-Web',
    'http1.disableSafeMaxConnectionDuration': CONNECTIONS,
    'http1.enableTrailers': 'what follows bodies',
    'http1.http10': 'requests are of HTTP/1.1 or later',
    'http1.preserveHeaderCase': 'names of headers are compared without case',
    http2: CONNECTIONS,
    http3: CONNECTIONS,
    tcpKeepalive: CONNECTIONS,
    timeout: CONNECTIONS,
  },
  unsimulated: {
    enableProxyProtocol: false,
    'http1.http10.useDefaultHost': false,
    'http1.ignoredUpgradeTypes': undefined,
    proxyProtocol: undefined,
    scheme: 'Preserve',
  },
};

/** EnvoyExtensionPolicies run code of others on requests. */
export const ENVOY_EXTENSION_POLICY: Reading = {
  read: TARGETS,
  harmless: { mergeType: MERGED },
  unsimulated: { dynamicModule: undefined, extProc: undefined, lua: undefined, wasm: undefined },
};

/** EnvoyProxies: how the Pods of a Gateway run. */
export const ENVOY_PROXY: Reading = {
  read: [],
  harmless: {
    concurrency: 'how fast, not where',
    ipFamily: 'names are asked, not addresses',
    logging: 'observed only',
    luaValidation: 'refused where there is code',
    'provider.kubernetes': 'the Pods themselves',
    'provider.type': 'the Pods themselves',
    shutdown: 'all workloads are healthy',
    telemetry: 'observed only',
  },
  unsimulated: {
    backendTLS: undefined,
    bootstrap: undefined,
    dynamicModules: undefined,
    extraArgs: undefined,
    filterOrder: undefined,
    geoIP: undefined,
    mergeBackends: undefined,
    mergeGateways: false,
    mergeType: undefined,
    preserveRouteOrder: false,
    'provider.host': undefined,
    routingType: undefined,
  },
};
