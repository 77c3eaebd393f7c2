import type { Reading } from './read';

const MATCHES = ['path', 'headers', 'queryParams', 'method'].map(name => `rules[].matches[].${name}`);
const BACKENDS = ['group', 'kind', 'name', 'namespace', 'port', 'weight', 'filters'].map(
  name => `rules[].backendRefs[].${name}`,
);
const FILTERS = [
  'type',
  'requestHeaderModifier',
  'responseHeaderModifier',
  'requestMirror',
  'requestRedirect',
  'urlRewrite',
  'cors',
];

/** HTTPRoutes. @see https://gateway-api.sigs.k8s.io/reference/spec/#httproutespec */
export const HTTP_ROUTE: Reading = {
  read: [
    'parentRefs',
    'hostnames',
    ...MATCHES,
    ...FILTERS.map(name => `rules[].filters[].${name}`),
    ...BACKENDS,
    'rules[].timeouts.request',
    'rules[].timeouts.backendRequest',
    'rules[].retry.attempts',
    'rules[].retry.codes',
  ],
  harmless: {
    'rules[].name': 'a name',
    'rules[].retry.backoff': 'the pause before a retry',
    'rules[].sessionPersistence': 'which of equal Pods, after the first request',
    useDefaultGateways: 'parents are named',
  },
  unsimulated: { 'rules[].filters[].extensionRef': undefined, 'rules[].filters[].externalAuth': undefined },
};

/** GRPCRoutes. @see https://gateway-api.sigs.k8s.io/reference/spec/#grpcroutespec */
export const GRPC_ROUTE: Reading = {
  read: [
    'parentRefs',
    'hostnames',
    'rules[].matches[].method',
    'rules[].matches[].headers',
    ...['type', 'requestHeaderModifier', 'responseHeaderModifier', 'requestMirror'].map(
      name => `rules[].filters[].${name}`,
    ),
    ...BACKENDS,
  ],
  harmless: {
    'rules[].name': 'a name',
    'rules[].sessionPersistence': 'which of equal Pods, after the first request',
    useDefaultGateways: 'parents are named',
  },
  unsimulated: { 'rules[].filters[].extensionRef': undefined },
};

/** The listeners of Gateways and ListenerSets. */
const LISTENERS: Reading = {
  read: [
    ...['allowedRoutes', 'hostname', 'name', 'port', 'protocol', 'tls.mode'].map(name => `listeners[].${name}`),
    'listeners[].tls.options.gateway.istio.io/tls-terminate-mode',
  ],
  harmless: { 'listeners[].tls.certificateRefs': 'certificates are assumed to be valid' },
  unsimulated: { 'listeners[].tls.options': undefined },
};

/** ListenerSets. @see https://gateway-api.sigs.k8s.io/reference/spec/#listenersetspec */
export const LISTENER_SET: Reading = { ...LISTENERS, read: ['parentRef', ...LISTENERS.read] };

/** Gateways of the Gateway API. @see https://gateway-api.sigs.k8s.io/reference/spec/#gatewayspec */
export const GATEWAY: Reading = {
  read: [
    'gatewayClassName',
    'infrastructure.labels',
    'infrastructure.parametersRef',
    'tls.frontend.default.validation',
    'tls.frontend.perPort',
    'allowedListeners',
    ...LISTENERS.read,
    'infrastructure.annotations',
  ],
  harmless: {
    'addresses[].value': 'names are asked, not addresses',
    defaultScope: 'parents are named',
    ...LISTENERS.harmless,
    'tls.backend': 'Istio presents no certificate to backends; refused at Envoy Gateway',
  },
  unsimulated: {
    'addresses[].type': 'IPAddress',
    ...LISTENERS.unsimulated,
  },
};

/** BackendTLSPolicies. @see https://gateway-api.sigs.k8s.io/reference/spec/#backendtlspolicyspec */
export const BACKEND_TLS_POLICY: Reading = {
  read: [
    ...['group', 'kind', 'name', 'sectionName'].map(name => `targetRefs[].${name}`),
    ...['group', 'kind', 'name'].map(name => `validation.caCertificateRefs[].${name}`),
    ...['type', 'hostname', 'uri'].map(name => `validation.subjectAltNames[].${name}`),
    'validation.hostname',
    'validation.wellKnownCACertificates',
  ],
  harmless: {},
  unsimulated: { options: undefined },
};

const ADDRESSES = 'names are asked, not addresses';

/** Services. @see https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/ */
export const SERVICE: Reading = {
  read: ['clusterIP', 'externalName', 'ports', 'selector', 'type'],
  harmless: {
    allocateLoadBalancerNodePorts: ADDRESSES,
    clusterIPs: ADDRESSES,
    externalIPs: ADDRESSES,
    ipFamilies: ADDRESSES,
    ipFamilyPolicy: ADDRESSES,
    loadBalancerClass: ADDRESSES,
    loadBalancerIP: ADDRESSES,
    externalTrafficPolicy: 'which of equal Pods',
    healthCheckNodePort: ADDRESSES,
    publishNotReadyAddresses: 'all Pods are ready',
    sessionAffinity: 'which of equal Pods, after the first request',
    sessionAffinityConfig: 'which of equal Pods, after the first request',
    trafficDistribution: 'which of equal Pods',
  },
  unsimulated: { internalTrafficPolicy: 'Cluster', loadBalancerSourceRanges: undefined },
};

/** TLSRoutes. @see https://gateway-api.sigs.k8s.io/reference/spec/#tlsroutespec */
export const TLS_ROUTE: Reading = connectionRoute('hostnames');

/** TCPRoutes. @see https://gateway-api.sigs.k8s.io/reference/spec/#tcproutespec */
export const TCP_ROUTE: Reading = connectionRoute();

function connectionRoute(...names: readonly string[]): Reading {
  return {
    read: [
      'parentRefs',
      ...names,
      ...['group', 'kind', 'name', 'namespace', 'port', 'weight'].map(name => `rules[].backendRefs[].${name}`),
    ],
    harmless: { 'rules[].name': 'a name', useDefaultGateways: 'parents are named' },
    unsimulated: {},
  };
}

/** ReferenceGrants. @see https://gateway-api.sigs.k8s.io/reference/spec/#referencegrantspec */
export const REFERENCE_GRANT: Reading = {
  read: ['from[].group', 'from[].kind', 'from[].namespace', 'to[].group', 'to[].kind', 'to[].name'],
  harmless: {},
  unsimulated: {},
};

const PEERS = [
  'ipBlock.cidr',
  'ipBlock.except',
  'namespaceSelector.matchLabels',
  'namespaceSelector.matchExpressions',
  'podSelector.matchLabels',
  'podSelector.matchExpressions',
];
const PORTS = ['endPort', 'port', 'protocol'];

/** NetworkPolicies. @see https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/ */
export const NETWORK_POLICY: Reading = {
  read: [
    'podSelector.matchLabels',
    'podSelector.matchExpressions',
    'policyTypes',
    ...PEERS.flatMap(name => [`ingress[].from[].${name}`, `egress[].to[].${name}`]),
    ...PORTS.flatMap(name => [`ingress[].ports[].${name}`, `egress[].ports[].${name}`]),
  ],
  harmless: {},
  unsimulated: {},
};
