import { model, no, resources, tasksOf } from './task';

export const ISTIO_TRAFFIC = tasksOf('Istio: traffic management', [
  model(
    'Request routing',
    "`split({ v1: 100 })`, `routeTo('v2', HeaderMatch.exact('end-user', 'jason'))`",
    'examples/bookinfo.test.ts › only the requests of jason are routed to v2',
  ),
  model(
    'Fault injection, for one user as well',
    '`faults: { delay, abort, match }` of a call',
    'istio/traffic-by-header.test.ts › a delay and an abort are injected into requests with a header alone',
  ),
  model(
    'Traffic shifting',
    '`split({ v1: 99.5, v2: 0.5 })`',
    'istio/traffic.test.ts › a split is weights over subsets that the DestinationRule has',
  ),
  model(
    'TCP traffic shifting',
    '`split` of a service, for its callers and behind `edge.tcp`',
    'kubernetes/edge-connections.test.ts › a split of the service is weights over the Services of its versions',
  ),
  model(
    'Request timeouts',
    '`timeout` of a call',
    'istio/traffic.test.ts › timeout and retries of a call are written in whole seconds or milliseconds',
  ),
  model(
    'Circuit breaking',
    '`addCircuitBreaker` with all limits of connections and of outlier detection',
    'istio/circuit-breaker.test.ts › is a field of the connection pool',
  ),
  model('Mirroring', "`mirrorTo('v2', 10)`", 'istio/traffic.test.ts › a mirror gets its share of a copy'),
  model(
    'Locality load balancing: failover',
    '`addLoadBalancing({ locality: { failover, failoverPriority } })` with a circuit breaker',
    'istio/load-balancing.test.ts › is the load balancer of the DestinationRule, valid by its schema',
  ),
  model(
    'Locality load balancing: weighted distribution',
    '`addLoadBalancing({ locality: { distribute } })`',
    'istio/load-balancing.test.ts › is the load balancer of the DestinationRule, valid by its schema',
  ),
  model(
    'Ingress gateways',
    "`addEdge`, for all hosts by `host: '*'`",
    'kubernetes/edge-hosts.test.ts › an edge for all hosts has their routes',
  ),
  model(
    'Secure gateways',
    '`tlsSecrets`, `clientCa`, `clientCertificates`, `minTlsVersion`; ciphers by a patch of the Gateway',
    'kubernetes/edge-clients.test.ts › that are optional are no proof',
  ),
  model(
    'Ingress without TLS termination',
    "`edge.passthrough('vault.shop.example', service)`",
    'kubernetes/edge-connections.test.ts › TLS connections are forwarded by server name',
  ),
  resources('Ingress with TLS termination at the sidecar', 'a patch of the rendered Sidecar'),
  resources('Kubernetes Ingress', 'an Ingress of cdk8s-plus; `allowFrom` allows its controller'),
  model(
    'Kubernetes Gateway API',
    '`addEdge` renders a Gateway and HTTPRoutes',
    'istio/ingress.test.ts › an edge is a Gateway that listens for its host alone',
  ),
  no('Gateway API inference extension', 'InferencePool as a backend'),
  model(
    'Access to external services',
    '`addExternalService`, `proxy.excludeOutboundIPRanges`; undeclared hosts by `outboundTraffic`',
    'istio/external.test.ts › has several ports',
  ),
  model(
    'Egress TLS origination',
    '`tlsOrigination: TlsOrigination.simple()` or `.mutual({ secret })`',
    'istio/external.test.ts › verifies the certificate and its name, and has timeout and retries',
  ),
  model(
    'Egress gateways',
    '`addEgressGateway`, and `egressGateway` of external services',
    'istio/egress-gateway.test.ts › is routed to the gateway by its callers, and by the gateway to the host',
  ),
  model(
    'Egress gateways with TLS origination',
    '`egressGateway` and `tlsOrigination` of an external service',
    'istio/egress-gateway.test.ts › has TLS that the gateway originates, with its client certificate',
  ),
  model(
    'Egress to wildcard hosts',
    "`addExternalService('wiki', { host: '*.wikipedia.org', … })`, directly from the sidecar",
    'istio/external.test.ts › of a whole domain is matched by the name in the request',
  ),
  model(
    'Kubernetes Services for egress',
    '`clusterService: true` of an external service, with `host` or `addresses`',
    'istio/cluster-service.test.ts › has no selector, and a slice for the addresses of each IP version',
  ),
  model(
    'An external HTTPS proxy',
    "`addExternalService('proxy', { host, port: Port.tcp(3128) })`, `addressEnvVars: { HTTPS_PROXY: … }` of calls",
    'istio/external.test.ts › is known by its addresses, which alone are allowed',
  ),
]);
