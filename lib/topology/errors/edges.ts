import type { ErrorEntry } from './entry';

/** Edges, their routes and aggregates, authentication and limits of clients. */
export const EDGE_ERRORS = [
  {
    id: 'GatewayConflict',
    summary: 'Two edges of a shared gateway that differ in what the gateway has only once',
    explanation:
      'Listeners, pods and the Service of a gateway are the same for all of its edges: client certificates, trusted '
      + 'proxies and the front of one edge would apply to the other as well, or to neither.',
  },
  {
    id: 'NotOnSharedGateway',
    summary: 'An edge on a shared gateway with a feature that would apply to all edges of it',
    explanation:
      'Its filters are those of the whole gateway and do not distinguish the hosts of its edges. Declare a gateway of its own for the '
      + 'edge, or remove the feature.',
  },
  {
    id: 'EmptyShape',
    summary: 'A request validation that requires nothing',
    explanation: 'It would accept every request. Name query parameters, headers or a body schema, or leave it out.',
  },
  {
    id: 'NoAudience',
    summary: 'A token requirement without an audience',
    explanation:
      'A token that the issuer made for any other application would be accepted. Name the audiences of this ' + 'edge.',
  },
  {
    id: 'NothingToAggregate',
    summary: 'An aggregate with fewer than two parts',
    explanation: 'An aggregate joins the responses of several backends. Name two or more, or declare a route.',
  },
  {
    id: 'UnroutableAggregate',
    summary: 'An aggregate with a path that KrakenD does not route',
    explanation:
      'Its router has no parameters for the rest of a path, and gives characters such as ":" a meaning of their own. '
      + 'Use literal segments and parameters for one segment each.',
  },
  {
    id: 'ConfusableAggregates',
    summary: 'Two aggregates with different requirements that escaped characters in a path can confuse',
    explanation:
      'The gateway checks the credentials and limits of the route that it matches. KrakenD matches the decoded path, '
      + 'in which an escaped "/" separates segments, and could respond with the other aggregate. Give both the same '
      + 'requirements, or paths that begin with different literal segments.',
  },
  {
    id: 'PartOutlastsWhole',
    summary: 'A part of an aggregate with the time of the whole, or more',
    explanation:
      'The response would leave after its own timeout, with nothing of the other parts. Give the part less '
      + 'time, or the aggregate more.',
  },
  {
    id: 'UncountableClients',
    summary: 'A limit for each client by something that requests need not prove',
    explanation:
      'A client could leave the claim or the key out and would never be counted. Require a token or an API key '
      + 'on the route, or identify clients by something else.',
  },
  {
    id: 'Uncacheable',
    summary: 'Cached responses for a method other than GET, or for a fraction of a second',
    explanation: 'Caches of managed APIs keep responses to GET for whole seconds. Declare it on a GET route.',
  },
  {
    id: 'UnknownParameter',
    summary: 'A part of an aggregate with a path parameter that the aggregate does not have',
    explanation: "The aggregator has no value to fill in. Use a parameter of the aggregate's path, or add it there.",
  },
  {
    id: 'Untranslatable',
    summary: 'REST requests that cannot be translated to gRPC',
    explanation:
      'The gateway needs the descriptor of the gRPC service with an HTTP binding for the operation. Declare the '
      + 'port with the descriptor, and name an operation that it binds.',
  },
  {
    id: 'UnknownClientAddress',
    summary: 'Denied addresses at a gateway that may not see the addresses of clients',
    explanation:
      'An existing load balancer connects to the gateway from its own address, unless it preserves that of the client, '
      + 'so a denied client could be allowed. Declare the load balancer in `trustedProxies`, or list allowed addresses.',
  },
  {
    id: 'TooManyProxies',
    summary: 'A count of trusted proxies for a gateway that trusts addresses',
    explanation:
      'Envoy Gateway skips the entries of `x-forwarded-for` that are addresses of trusted proxies. List the addresses of '
      + 'all proxies in `cidrs`, without `count`.',
  },
  {
    id: 'NoConnections',
    summary: 'A connection route to a port that is not one for connections',
    explanation:
      'The gateway forwards connections as they are. A passed-through TLS connection needs a service that terminates TLS '
      + '(`Port.tls`), others one of TCP or TLS. Requests have routes of their own: `edge.route(…)`.',
  },
  {
    id: 'ReservedPort',
    summary: 'A port of the gateway that the gateway itself uses',
    explanation: 'It is the port for requests, or one of the proxy. Use another one; that of the service can be any.',
  },
  {
    id: 'SplitConnections',
    summary: 'Connections of an edge to a service that is routed by version',
    explanation:
      'The gateway forwards them to all pods of the service, so a split would not apply. Remove the split, or forward '
      + 'the connections to a service without one.',
  },
  {
    id: 'SeveralAuthorizers',
    summary: "Several external authorizers of an edge with Istio's gateway",
    explanation:
      'Istio supports one for each gateway, and denies all requests that several decide about. Use one for all routes, '
      + 'or declare another edge.',
  },
  {
    id: 'AuthorizerElsewhere',
    summary: 'An external authorizer in another namespace than the edge, with Envoy Gateway',
    explanation:
      'The SecurityPolicy refers to the Service of the authorizer, for which another namespace would need a grant. '
      + 'Declare the authorizer in the namespace of the edge.',
  },
  {
    id: 'InvalidKeyAddress',
    summary: 'An address of token keys that is not a URL with http or https',
    explanation:
      'No gateway could fetch keys from it, so every token would be denied. Set `jwksUri` to the complete URL.',
  },
  {
    id: 'UnprovenFront',
    summary: 'A front without addresses and without a certificate',
    explanation:
      'The gateway in the cluster could not tell requests of the front from others, so that the front '
      + 'could be bypassed. Give the addresses from which it connects, or the authority of its client certificate.',
  },
] as const satisfies readonly ErrorEntry[];
