/** Something that a topology may ask and a target may not be able to do. */
export enum Capability {
  /** The timeout of a call: `timeout` of its route in a VirtualService. */
  TIMEOUTS = 'a timeout',
  /** The retries of a call: `retries` of its route in a VirtualService. */
  RETRIES = 'retries',
  /** Delays and aborts that are injected into a call: `fault` of its route in a VirtualService. */
  FAULTS = 'injected faults',
  /** A call that allows some operations only: methods and paths in a rule of an AuthorizationPolicy. */
  OPERATIONS = 'a choice of operations',
  /** Calls of one service with different timeouts, retries or faults: routes that match the labels of the caller. */
  TERMS_BY_CALLER = 'terms that differ by caller',
  /** Limits on connections, and ejection of failing endpoints: `trafficPolicy` of a DestinationRule. */
  CIRCUIT_BREAKING = 'a circuit breaker',
  /** Requests shared among versions by weight. */
  SPLITS = 'a split',
  /** Requests with a header that go to one version. */
  HEADER_ROUTES = 'routing by header',
  /** Copies of requests, sent to a version. */
  MIRRORING = 'mirroring',
  /** Calls of hosts outside the cluster, by host name: a ServiceEntry for each. */
  EGRESS_BY_HOST = 'egress by host name',
  /** Requests from outside the cluster: a Gateway and its HTTPRoutes. */
  EDGES = 'a way in from outside',
  /** JSON Web Tokens that are verified at the edge. */
  TOKENS = 'token checks at the edge',
  /** API keys that are verified at the edge. */
  API_KEYS = 'API keys at the edge',
  /** A limit on all requests of an edge or a route, whichever client sends them. */
  THROTTLES = 'throttles at the edge',
  /** A limit on the requests of each client, counted over all pods of the gateway. */
  CLIENT_LIMITS = 'limits for each client',
  /** Preflight requests that the gateway answers, and the CORS headers of responses. */
  CORS = 'CORS',
  /** Mutual TLS between clients and the gateway. */
  CLIENT_CERTIFICATES = 'client certificates',
  /** A web application firewall in front of the routes. */
  FIREWALL = 'a firewall',
  /** Query parameters, headers and bodies of requests that are validated at the edge. */
  REQUEST_SHAPES = 'a check of what requests look like',
  /** Responses to GET requests that are cached at the edge. */
  CACHING = 'cached answers',
  /** REST requests in JSON that are translated to gRPC. */
  TRANSLATION = 'REST translated to gRPC',
}
