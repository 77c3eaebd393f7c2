/** A feature that a topology can require and that not every target supports. */
export enum Capability {
  /** The timeout of a call: `timeout` of its route in a VirtualService. */
  TIMEOUTS = 'a timeout',
  /** The retries of a call, `retries` of its route in a VirtualService, or of a route of an edge. */
  RETRIES = 'retries',
  /** Delays and aborts that are injected into a call: `fault` of its route in a VirtualService. */
  FAULTS = 'injected faults',
  /** Changes of headers: `headers` of a call's route in a VirtualService, or a filter of an edge's HTTPRoute. */
  HEADER_CHANGES = 'header changes',
  /** Changes of path and host: `rewrite` of a call's route in a VirtualService, or a filter of an edge's HTTPRoute. */
  REWRITES = 'rewrites',
  /** Responses of the caller's proxy to requests with a header: `directResponse` of a route in a VirtualService. */
  DIRECT_RESPONSES = 'direct responses',
  /** A call that allows some operations only: methods and paths in a rule of an AuthorizationPolicy. */
  OPERATIONS = 'allowed operations',
  /** Calls of one service with different timeouts, retries or faults: routes that match the labels of the caller. */
  POLICY_BY_CALLER = 'call policies that differ by caller',
  /** Limits on connections, and ejection of failing endpoints: `trafficPolicy` of a DestinationRule. */
  CIRCUIT_BREAKING = 'a circuit breaker',
  /** How endpoints are selected: `trafficPolicy.loadBalancer` of a DestinationRule. */
  LOAD_BALANCING = 'load balancing settings',
  /** Requests distributed over versions by weight. */
  SPLITS = 'a traffic split',
  /** Requests with a header that are routed to one version. */
  HEADER_ROUTES = 'routing by header',
  /** Copies of requests, sent to a version. */
  MIRRORING = 'mirroring',
  /** Calls to hosts outside the cluster, by host name: a ServiceEntry for each. */
  EGRESS_BY_HOST = 'egress by host name',
  /** A call of a host outside that allows some operations only, enforced where it leaves the pods or the cluster. */
  EGRESS_OPERATIONS = 'allowed operations of an external service',
  /** External services with a Service in the cluster: ExternalName, or EndpointSlices. */
  CLUSTER_SERVICES_OUTSIDE = 'a Service for an external service',
  /** Connections to hosts outside that pass a gateway with an identity of its own: an Istio Gateway and its pods. */
  EGRESS_GATEWAYS = 'an egress gateway',
  /** Requests from outside the cluster: a Gateway and its HTTPRoutes. */
  EDGES = 'an edge',
  /** Requests to an edge that get another location as response: `RequestRedirect` of an HTTPRoute. */
  REDIRECTS = 'redirects at the edge',
  /** Routes that match by headers or query parameters too: conditions in the matches of an HTTPRoute. */
  REQUEST_MATCHES = 'conditions of a route',
  /** Routes that match by claims of a token: headers that the gateway sets from them. */
  CLAIM_MATCHES = 'routing by claims of a token',
  /** JSON Web Tokens that are verified at the edge. */
  TOKENS = 'token verification at the edge',
  /** API keys that are verified at the edge. */
  API_KEYS = 'API keys at the edge',
  /** Users that log in at an OpenID provider in their browser: `oidc` of a SecurityPolicy of Envoy Gateway. */
  LOGIN = 'a login of users at the edge',
  /** Requests that a service of the topology allows or denies at the edge. */
  EXTERNAL_AUTHORIZATION = 'external authorization at the edge',
  /** Connections that the gateway forwards as they are: TLSRoutes and TCPRoutes. */
  CONNECTIONS = 'TLS passthrough or TCP at the edge',
  /** TLS from the gateway to a service that terminates it: a BackendTLSPolicy. */
  BACKEND_TLS = 'TLS to backends',
  /** JSON Web Tokens that are verified at a service: a RequestAuthentication and rules of an AuthorizationPolicy. */
  SERVICE_AUTH = 'token verification at services',
  /** What the proxies of a service report, in place of the settings of the mesh: a Telemetry. */
  SERVICE_TELEMETRY = 'telemetry of services',
  /** Objectives for requests, which alerts on the metrics of proxies watch: PrometheusRules. */
  SLO = 'service level objectives',
  /** Requests that move to changed pods step by step: a Rollout of Argo Rollouts and weights of a VirtualService. */
  PROGRESSIVE_ROLLOUTS = 'a progressive rollout',
  /** Modules that the proxies of a service run: WasmPlugins. */
  PROXY_EXTENSIONS = 'extensions of its proxy',
  /** Scripts that the proxies of a service run: EnvoyFilters, or TrafficExtensions of waypoints. */
  PROXY_SCRIPTS = 'scripts in its proxy',
  /** Services that run on machines outside of Kubernetes: WorkloadEntries and WorkloadGroups. */
  MACHINES = 'machines outside of Kubernetes',
  /** Policies of a service that are evaluated and not enforced: the annotation `istio.io/dry-run`. */
  AUTHORIZATION_DRY_RUN = 'a dry run of policies',
  /** Ports of services that accept plain text only: `DISABLE` in a PeerAuthentication. */
  PLAINTEXT_PORTS = 'ports without mutual TLS',
  /** A limit on the requests of a service: Envoy's local rate limit in an EnvoyFilter. */
  SERVICE_RATE_LIMITS = 'rate limits at services',
  /** A limit on the requests of a service, counted over all its pods: Envoy's global rate limit in an EnvoyFilter. */
  GLOBAL_RATE_LIMITS = 'global rate limits at services',
  /** A limit on all requests of an edge or a route, across all clients. */
  RATE_LIMITS = 'rate limits at the edge',
  /** A limit on the requests of each client, counted over all pods of the gateway. */
  PER_CLIENT_RATE_LIMITS = 'per-client rate limits',
  /** Preflight requests that the gateway answers, and the CORS headers of responses. */
  CORS = 'CORS',
  /** Mutual TLS between clients and the gateway. */
  CLIENT_CERTIFICATES = 'client certificates',
  /** A web application firewall in front of the routes. */
  WAF = 'a web application firewall',
  /** Query parameters, headers and bodies of requests that are validated at the edge. */
  REQUEST_VALIDATION = 'request validation',
  /** Responses to GET requests that are cached at the edge. */
  CACHING = 'response caching',
  /** REST requests in JSON that are translated to gRPC. */
  TRANSLATION = 'REST-to-gRPC transcoding',
  /** Settings of the proxy in the pods of a service: annotations of the pods. */
  PROXY_SETTINGS = 'settings of its proxy',
}
