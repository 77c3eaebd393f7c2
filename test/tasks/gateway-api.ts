import { model, nothing, resources, tasksOf } from './task';

export const GATEWAY_API = tasksOf('Gateway API', [
  model(
    'Simple gateway',
    '`addEdge`, `route`',
    'istio/ingress.test.ts › an edge is a Gateway that listens for its host alone',
  ),
  model(
    'HTTP routing',
    "`route('GET /product/{id}', service)`",
    'istio/ingress.test.ts › routes to one service under one timeout share a rule',
  ),
  model(
    'Path prefixes',
    "`route('GET /files/*', service)`, `route('ANY /*', service)`",
    'istio/route-prefixes.test.ts › a prefix is one match, of the path and everything below it',
  ),
  model(
    'Redirects other than to HTTPS',
    "`redirect('GET /old/*', { pathPrefix, path, host, scheme, port, statusCode })`",
    'istio/route-changes.test.ts › a redirect is a rule with a filter and without a backend',
  ),
  model(
    'Redirect from HTTP to HTTPS',
    '`tlsSecret`',
    'istio/ingress.test.ts › with a certificate the edge ends TLS, and HTTP is redirected',
  ),
  model(
    'Rewrites of path and host',
    '`rewrite` of a route or a call',
    'istio/route-changes.test.ts › a prefix is replaced before the service gets the request',
  ),
  model(
    'Header changes',
    '`headerChanges` of a route, `headers` of a call',
    'istio/route-changes.test.ts › header changes are filters, with literal values',
  ),
  model(
    'Traffic splitting',
    '`split` of a service behind an edge',
    'istio/ingress.test.ts › a split service behind an edge is a Service for each version',
  ),
  model(
    'Canary by header',
    '`routeTo` of a service behind an edge',
    'istio/ingress.test.ts › a split service behind an edge is a Service for each version',
  ),
  model(
    'Request mirroring',
    '`mirrorTo` of a service behind an edge',
    'istio/ingress.test.ts › a split service behind an edge is a Service for each version',
  ),
  model('CORS', '`cors`', 'istio/edge-clients.test.ts › is a filter of every rule, for the methods that routes have'),
  model(
    'Methods',
    "`route('POST /orders', service)`",
    'istio/overlapping-routes.test.ts › a route names what is its own, method by method',
  ),
  model(
    'Query parameters as conditions',
    "`match: { queryParams: [QueryParamMatch.exact('kind', 'ad')], headers }` of a route",
    'istio/route-conditions.test.ts › conditions are part of the match',
  ),
  model(
    'Timeouts',
    '`timeout` of edge and route; `Duration.millis(0)` for none at all',
    'istio/route-changes.test.ts › a timeout of 0 is none',
  ),
  model(
    'Retries at a gateway',
    '`retries` of a route with Envoy Gateway; in HTTPRoutes `retry` is in the experimental channel only',
    'gateway/retries.test.ts › the retries of a route are a policy of its own HTTPRoute',
  ),
  model(
    'gRPC routing',
    "`route('POST /shop.Catalog/GetProduct', service)`",
    'istio/ingress.test.ts › a method of gRPC is a route of its full name',
  ),
  model(
    'TLS termination',
    '`tlsSecret`, `certificateIssuer`',
    'istio/ingress.test.ts › with a certificate the edge ends TLS, and HTTP is redirected',
  ),
  model(
    'Wildcard listeners and certificates',
    "`host: '*.shop.example'`",
    'kubernetes/edge-hosts.test.ts › each host of an edge has its routes, with their authentication',
  ),
  model(
    'Several listeners or hosts on one Gateway',
    '`alternativeHosts`, `tlsSecrets`',
    'kubernetes/edge-hosts.test.ts › hosts that share a certificate share a listener',
  ),
  model(
    'TLS passthrough',
    "`edge.passthrough('vault.shop.example', service)`",
    'kubernetes/edge-connections.test.ts › TLS connections are forwarded by server name',
  ),
  model(
    'TCP',
    '`edge.tcp(5432, service)`',
    'kubernetes/edge-connections.test.ts › each has a route of its own, attached to its listener',
  ),
  resources('UDP', '`Gateway`, `UdpRoute`; services have no UDP ports'),
  model(
    'TLS to backends',
    '`backendTls` of a route',
    'kubernetes/backend-tls.test.ts › is a BackendTLSPolicy of the port, once for all routes to it',
  ),
  model(
    'Protocol of a backend',
    '`Port.http2`, `Port.grpc`',
    'kubernetes/workload.test.ts › the ports of a Service are named by their protocol',
  ),
  model(
    'Routes across namespaces',
    '`namespace` of services and edges',
    'istio/ingress.test.ts › a service in another namespace grants the reference',
  ),
  model(
    'Labels of the infrastructure',
    '`gatewayMetadata` of an edge',
    'istio/ingress.test.ts › further labels and annotations of an edge are for the objects of its gateway',
  ),
  model(
    'Annotations of the infrastructure (load balancer settings)',
    '`gatewayMetadata` of an edge',
    'istio/ingress.test.ts › further labels and annotations of an edge are for the objects of its gateway',
  ),
  resources('ListenerSet', '`ListenerSet`'),
  model(
    'Client certificates',
    '`clientCa`',
    'istio/edge-clients.test.ts › client certificates are demanded of the authority in a ConfigMap',
  ),
  model(
    'External authorization',
    '`authorizer: ExternalAuthorizer.of({ service })`',
    'kubernetes/external-authorizer.test.ts › the authorizer is in the SecurityPolicies of the routes that have it',
  ),
  model(
    'Session persistence',
    '`addLoadBalancing({ consistentHash: HashKey.cookie(…) })`, while the pods stay the same',
    'istio/load-balancing.test.ts › it needs no circuit breaker, and applies to the Services of versions behind an edge',
  ),
  model(
    'Routes of a Service in the mesh (GAMMA)',
    '`Mesh.ambient()` and `Mesh.linkerd()` render HTTPRoutes; `Mesh.istio()` renders VirtualServices',
    'istio/ambient.test.ts › a route of the Service has the timeout',
  ),
  nothing('Migration from Ingress', 'an edge is declared anew'),
]);
