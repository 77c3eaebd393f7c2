import type { ErrorEntry } from './entry';

/** Values that are wrong by themselves: names, paths, addresses, numbers. */
export const VALUE_ERRORS = [
  {
    id: 'InvalidType',
    summary: 'A value of another type than the property or parameter has',
    explanation:
      'Programs without type checks can pass any value, and a variable of the environment or a constant of a file '
      + 'in a circle of imports can be undefined. Rendered, such a value would be wrong or missing.',
  },
  {
    id: 'UnknownProperty',
    summary: 'A property, or options, that a declaration does not have',
    explanation:
      'They would have no effect: a misspelled `allowedOperations` would allow all operations. Programs without type '
      + 'checks, and objects that are spread into properties, can have such properties.',
  },
  {
    id: 'InvalidName',
    summary: 'A name that Kubernetes rejects',
    explanation:
      'Names become names of objects, of ports, and parts of DNS names and identities, with the grammar and '
      + 'length of each. Use lower-case letters, digits and "-", beginning with a letter; the message states the '
      + 'limit.',
  },
  {
    id: 'InvalidHost',
    summary: 'A host that is not a fully qualified host name',
    explanation:
      'Gateways and ServiceEntries match hosts as DNS has them. An address, a scheme, a port or a wildcard '
      + 'never matches. Give lower-case labels joined by dots, such as "api.shop.example".',
  },
  {
    id: 'InvalidVariable',
    summary: 'A name that no environment variable can have',
    explanation:
      'Kubernetes accepts letters, digits, "_", "-" and ".", not beginning with a digit. Rename the variable.',
  },
  {
    id: 'InvalidHeader',
    summary: 'A header name that is not in lower case, or not a header name',
    explanation: 'HTTP/2 has lower-case names only, and Envoy matches headers by them: another spelling never matches.',
  },
  {
    id: 'InvalidLabel',
    summary: 'A label that Kubernetes rejects',
    explanation:
      'Name and value have at most 63 letters, digits, "-", "_" and ".", and begin and end with a letter or '
      + 'digit. A selector with another label selects no pods.',
  },
  {
    id: 'InvalidPath',
    summary: 'A path or a directory that cannot exist, or that no request can have',
    explanation:
      'Paths of routes and operations begin with "/", have parameters as {name} and the remainder as {name+} at '
      + 'the end, and are compared after Envoy has normalized the request. Directories of a container are '
      + 'absolute and named once.',
  },
  {
    id: 'InvalidCidr',
    summary: 'A range of addresses that is not a CIDR, or is too wide for its purpose',
    explanation:
      'A NetworkPolicy would be rejected, or would admit far more than the load balancer in front. Give an '
      + 'address with the length of its prefix, such as "10.0.8.0/24".',
  },
  {
    id: 'InvalidImage',
    summary: 'A text that does not name a container image',
    explanation:
      'The kubelet could not pull it; often a variable of the build was not set. Write '
      + '[registry/]repository[:tag][@digest].',
  },
  {
    id: 'InvalidQuantity',
    summary: 'An amount that is not a quantity of Kubernetes, or far less than intended',
    explanation:
      'The API server rejects the object, or the container could not start: memory of "64" is 64 bytes. Write a '
      + 'number with a suffix, such as "100m" or "128Mi".',
  },
  {
    id: 'InvalidAddress',
    summary: 'A text that is not an IP address',
    explanation: 'The API server rejects the pod. Give an IPv4 or IPv6 address.',
  },
  {
    id: 'InvalidPrometheus',
    summary: 'An address of Prometheus that is no URL',
    explanation: 'The controller of a rollout could not query the metrics. Give an http or https URL with the port.',
  },
  {
    id: 'InvalidAddressText',
    summary: 'The text of a variable of a call without the address of the callee, or with an unknown placeholder',
    explanation:
      'A call sets variables to where its callee is. Use {host} and {port} in the text; variables without either '
      + 'belong in `env`.',
  },
  {
    id: 'InvalidReference',
    summary: 'A field or a resource that no variable can have as its value',
    explanation:
      'Kubernetes has a few fields of a pod, and the requests and limits of its containers, as values of variables. '
      + 'The message lists them.',
  },
  {
    id: 'InvalidOperation',
    summary: 'A text that does not name an operation, or an operation that cannot be aggregated',
    explanation:
      'An operation is an HTTP method and a path, "GET /product/{id}", or a gRPC method. An aggregate has GET '
      + 'only: where several backends change something, some of the changes may fail.',
  },
  {
    id: 'InvalidDescriptor',
    summary: 'A descriptor set that cannot be read, or does not describe the service',
    explanation:
      'The gateway needs the messages of a gRPC service to translate REST requests. Write the file with `protoc '
      + '--include_imports --descriptor_set_out=FILE` for the service behind the port.',
  },
  {
    id: 'InvalidIssuer',
    summary: 'A token issuer that is not a URL',
    explanation:
      'The keys of the issuer are found by its URL, and tokens are accepted only if `iss` equals it. Give it '
      + 'exactly as tokens state it.',
  },
  {
    id: 'InvalidKeys',
    summary: 'A key set that is not a JSON Web Key Set of public keys',
    explanation: 'No token could be verified. Give the keys as the issuer publishes them, without private parts.',
  },
  {
    id: 'InvalidScope',
    summary: 'A scope that no token can have, or an empty list of scopes',
    explanation:
      'Scopes of a token are divided by blanks, so none contains one. An empty list would deny every request. '
      + 'Name the scopes one by one, or leave them out to accept any.',
  },
  {
    id: 'InvalidClaim',
    summary: 'A claim name that gateways do not find',
    explanation:
      'The name becomes a part of expressions and header names of the gateway. Use letters, digits and "_:/.-".',
  },
  {
    id: 'InvalidOrigin',
    summary: 'A CORS origin that no browser sends, or no origin at all',
    explanation: 'Browsers send scheme and host without a path, and the gateway compares the whole text.',
  },
  {
    id: 'InvalidMatch',
    summary: 'A header match that no request can fulfil, or an expression that Envoy rejects',
    explanation:
      'Envoy reads expressions as RE2, without lookaheads and back references, and rejects long ones; the whole '
      + 'configuration of the proxy would stay as it was.',
  },
  {
    id: 'InvalidLocality',
    summary: 'A region or locality that Istio rejects, or two of which one includes the other',
    explanation:
      'A locality is "region", "region/zone" or "region/zone/subzone" with "*" as its last part at most, and '
      + 'failover is between regions.',
  },
  {
    id: 'NotLiteral',
    summary: 'An audience or a claim value with a pattern, or with characters that tokens do not have',
    explanation:
      'Istio reads "*" as a pattern and AWS as a character: one declaration would mean two things. Write each '
      + 'value as tokens state it.',
  },
  {
    id: 'NotDeclared',
    summary: 'A value of another type than the declaration needs, often undefined',
    explanation:
      'References are objects, not names. Undefined often means that two files import each other. Give the '
      + 'object that its declaration returned.',
  },
  {
    id: 'NoDuration',
    summary: 'A time without a unit',
    explanation:
      'A number or a text could be milliseconds or seconds. Give a Duration of cdk8s, such as '
      + 'Duration.seconds(3).',
  },
  {
    id: 'OutOfRange',
    summary: 'A number outside of the range that it can have',
    explanation:
      'The API server, Istio or Envoy would reject it, or it would end every request at once. The message '
      + 'states the range.',
  },
] as const satisfies readonly ErrorEntry[];
