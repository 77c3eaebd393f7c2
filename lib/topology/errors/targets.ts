import type { ErrorEntry } from './entry';

/** What a target, a gateway or the writing of manifests cannot render. */
export const TARGET_ERRORS = [
  {
    id: 'AmbiguousRoutes',
    summary: 'Routes of one edge whose order gateways would choose otherwise',
    explanation:
      'The paths overlap, and gateways match longer paths first, translate the requests of both to gRPC, or cannot '
      + 'tell the conditions of the two apart: requests would reach the wrong backend or skip a check. Give the routes '
      + 'paths that do not overlap, or other conditions.',
  },
  {
    id: 'FixedByInstallation',
    summary: 'A failure mode of a limit other than the one of this installation of Envoy Gateway',
    explanation:
      'Envoy Gateway has one setting for all edges, `rateLimit.failClosed`. Set it there and state the same in '
      + 'the target, or change the limit.',
  },
  {
    id: 'HelmFailed',
    summary: 'helm is missing, or could not render a chart',
    explanation:
      'The installation of the mesh is rendered by the helm executable. Install helm 3, or correct chart, '
      + 'version or values; the message has the output of helm.',
  },
  {
    id: 'InvalidAcceptance',
    summary: 'An acceptance of an error, of a code that no finding has, or without a reason',
    explanation:
      'It would accept nothing, or what cannot work, or hide a finding without a judgement. Name a warning or a '
      + 'check, with the reason why it is acceptable.',
  },
  {
    id: 'InvalidCheck',
    summary: 'A check of your own without what a check needs, or with the name of another',
    explanation:
      'Reports, suppressions and settings identify checks by name and print their texts. Give a name in '
      + 'CamelCase that no other check or code has, a severity, a summary and an explanation.',
  },
  {
    id: 'InvalidPatch',
    summary: 'A JSON patch that cannot be applied to the object as it is written',
    explanation:
      'A patch of a field that is not there would be lost without a word. Write the path in the spelling of the '
      + 'Kubernetes API, such as /spec/clusterIP.',
  },
  {
    id: 'LostValue',
    summary: 'A value that the generated class of an object would not write',
    explanation:
      'The class leaves out properties that it does not have, and plain values where it expects an IntOrString '
      + 'or a Quantity: a NetworkPolicy without its port allows every port. Give the value as the message states.',
  },
  {
    id: 'RemovedPrefix',
    summary: "A redirect that removes its prefix, at Istio's gateway",
    explanation:
      'Of the location it would leave two slashes at the beginning of the path, which clients do not request as '
      + 'one. Redirect to another prefix, or to one path.',
  },
  {
    id: 'NestedClaim',
    summary: 'A claim with a dot in its name for Envoy Gateway',
    explanation:
      'Envoy Gateway reads the dot as the way to a claim within another, so that clients would not be counted. '
      + 'Identify clients by a claim without one.',
  },
  {
    id: 'NoClientIds',
    summary: '`client_id` in place of the audience with Envoy Gateway',
    explanation:
      'Envoy Gateway has no condition for tokens without `aud`: tokens of any audience would be accepted. Use '
      + "Istio's gateway, or have the issuer state the audience.",
  },
  {
    id: 'NoGateway',
    summary: 'A binding of a load balancer to an edge that no gateway serves',
    explanation: 'The target has no gateway, so there are no pods to bind. Give the target one.',
  },
  {
    id: 'NoKeys',
    summary: 'A token issuer without the address of its keys, with Envoy Gateway',
    explanation:
      "Envoy Gateway does not discover keys by the issuer's metadata. Give the address of the keys, or the "
      + 'keys themselves.',
  },
  {
    id: 'NoRateLimiter',
    summary: 'A limit for each client, or a global limit of a service, without a rate limiter',
    explanation:
      'Each pod would count by itself. Declare a rate limiter with a Redis, and give it to the edge or the limit.',
  },
  {
    id: 'NotRendered',
    summary: 'An object that a chart does not have',
    explanation:
      'There is nothing to change or patch. The message lists the objects of the kind; those of existing pods '
      + 'are declared elsewhere.',
  },
  {
    id: 'SharedHeader',
    summary: 'A header that Envoy Gateway removes, or that two limits would share',
    explanation:
      'Envoy Gateway carries values by which clients are counted in headers of its own: two limits would count '
      + 'as one, or a client could choose its value. Choose another header or claim.',
  },
  {
    id: 'ThrottlePerRoute',
    summary: 'A rate limit for a whole edge, or for several hosts, with Envoy Gateway',
    explanation:
      'Envoy Gateway counts it for each route of each host by itself, so that more requests would pass. Set it on each '
      + 'route, declare an edge for each host, or have a managed API in front count.',
  },
  {
    id: 'TooManyLimits',
    summary: 'More limits on an edge than a BackendTrafficPolicy can have',
    explanation:
      'The API server rejects the policy, and nothing would be limited. Declare fewer, or divide the routes '
      + 'among edges.',
  },
  {
    id: 'UnpinnedChart',
    summary: 'A Helm chart without an exact version',
    explanation: 'Each synthesis could render another one. Give an exact version.',
  },
  {
    id: 'Unprintable',
    summary: 'A value that YAML or kubectl cannot have',
    explanation:
      'A function, a cycle, a lone surrogate or a number that is not finite would be written as something else. '
      + 'Give a plain value.',
  },
  {
    id: 'UnsuitableInstallation',
    summary: 'An existing Istio with other settings than the topologies require',
    explanation:
      'Policies, routes and retries depend on the mesh configuration: with another normalization of paths or another trust '
      + 'domain policies would match other requests. Change the configuration, or the settings that require it.',
  },
] as const satisfies readonly ErrorEntry[];
