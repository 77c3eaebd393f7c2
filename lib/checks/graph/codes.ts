import { type Finding, Severity } from '../finding';

/** What synthesis can find in a topology, beyond what fails at the declaration itself. */
export const SYNTHESIS_CODES = [
  {
    id: 'TargetCannot',
    severity: Severity.ERROR,
    summary: 'The target or its gateway does not support what the topology declares',
    explanation:
      'It would be missing from the manifests without a word, and with it what it protects. Choose a target '
      + 'that supports it, put a managed API in front, or leave it out.',
  },
  {
    id: 'CallerOutsideMesh',
    severity: Severity.ERROR,
    summary: 'A caller without a proxy calls a service of the mesh',
    explanation:
      'The callee accepts mutual TLS only, and the caller has no identity: its connections are closed. Put both '
      + 'in the mesh, or neither.',
  },
  {
    id: 'UnguardedOperations',
    severity: Severity.ERROR,
    summary: 'A call is limited to operations that nothing at the callee enforces',
    explanation:
      'The callee has no proxy, its policies belong to the owner of its namespace, it is outside the cluster and the '
      + 'caller has no proxy, or connections are allowed to the same port of its pods, so every operation would be '
      + 'allowed. Add both to the mesh, own the namespace, give each port its own `target`, or do not limit the call.',
  },
  {
    id: 'UnguardedCaller',
    severity: Severity.ERROR,
    summary: 'A caller outside the topology is allowed by something that no policy can verify or render',
    explanation:
      'A ServiceAccount is proved by mutual TLS only; policies of a foreign service belong to the owner of its '
      + 'namespace; and a service of the topology is allowed by its calls. Give the labels of the pods, have the owner '
      + 'allow it, or declare the call.',
  },
  {
    id: 'DeniedCall',
    severity: Severity.ERROR,
    summary: 'A call, a route or a caller outside uses an operation that the callee denies to all',
    explanation:
      'Its DENY policy applies before all that allow, so each such request would get 403. Leave the operation out of '
      + 'one of the two.',
  },
  {
    id: 'RouteNotAdmitted',
    severity: Severity.ERROR,
    summary: 'An edge has a route or an authorizer in another topology, whose contract does not allow the gateway',
    explanation:
      'The policies of that service would deny the requests of the gateway. Have its owner allow the ServiceAccount of '
      + 'the gateway, or leave the route or authorizer out.',
  },
  {
    id: 'SharedNamespace',
    severity: Severity.ERROR,
    summary: 'A namespace that this topology and another one own',
    explanation:
      'Both would render its Namespace, its default deny and its mutual TLS, and the one that is applied last would '
      + 'replace those of the other. Leave the namespace to one of them.',
  },
  {
    id: 'UnverifiedTokens',
    severity: Severity.ERROR,
    summary: 'A service requires tokens that nothing at its pods verifies',
    explanation:
      'Its policies belong to the owner of its namespace, so requests without a token would be allowed. Own the '
      + 'namespace, or leave the authentication to its owner.',
  },
  {
    id: 'UnappliedSettings',
    severity: Severity.ERROR,
    summary: 'Settings of a service that exists in a namespace that the topology does not own',
    explanation:
      'Nothing is rendered for its pods, since its objects belong to the owner of its namespace: the settings would '
      + 'have no effect. Own the namespace, or leave the settings to its owner.',
  },
  {
    id: 'RulesForOthers',
    severity: Severity.ERROR,
    summary: 'Traffic rules of a call would apply to all pods of a namespace that the topology does not own',
    explanation:
      "A VirtualService or DestinationRule in the caller's namespace applies to its other pods too. Own the "
      + 'namespace, move the caller, or leave out timeout, retries and faults.',
  },
  {
    id: 'NoRoutes',
    severity: Severity.ERROR,
    summary: 'An edge has no routes',
    explanation:
      'Its gateway, and perhaps a load balancer, would answer every request with 404. Declare routes, or leave '
      + 'the edge out.',
  },
  {
    id: 'UnusedEgressGateway',
    severity: Severity.ERROR,
    summary: 'No service calls an external service through an egress gateway',
    explanation:
      'Its pods would have no port, and what was meant to pass it would leave the cluster elsewhere. Give external '
      + 'services `egressGateway`, and declare the calls, or leave the gateway out.',
  },
  {
    id: 'ReservedNamespace',
    severity: Severity.ERROR,
    summary: 'A topology owns, or has workloads in, a namespace of the control plane or the root namespace of the mesh',
    explanation:
      'Policies in the root namespace apply in every namespace, and a default deny would cut off the control '
      + 'plane. Use another namespace.',
  },
  {
    id: 'EjectsNone',
    severity: Severity.ERROR,
    summary: 'A circuit breaker can never eject a replica of a version',
    explanation:
      'The largest share that may be ejected is less than one replica. Raise the percentage, or leave it out.',
  },
  {
    id: 'FailoverWithoutEjection',
    severity: Severity.ERROR,
    summary: 'A callee fails over between localities, and its endpoints are never ejected',
    explanation:
      'Istio moves requests to another locality only while outlier detection ejects endpoints of the nearer one. '
      + 'Add a circuit breaker that ejects endpoints.',
  },
  {
    id: 'TruncatedRetries',
    severity: Severity.WARNING,
    summary: 'The timeout of a call ends its last retry early',
    explanation:
      'All retries with their per-try timeout and pauses need longer than the timeout of the request. Raise the '
      + 'timeout, or lower the per-try timeout.',
  },
  {
    id: 'ExposedToNone',
    severity: Severity.ERROR,
    summary: 'A Service with a node port or a load balancer allows no addresses outside',
    explanation:
      'Its pods would deny every connection of the load balancer and the nodes. Allow the addresses of the callers with '
      + '`allowFrom(Peer.cidrs(…))`, or use an edge.',
  },
  {
    id: 'OpenEgress',
    severity: Severity.WARNING,
    summary: 'The pods of a service may connect to any address outside the cluster',
    explanation:
      'Data can be sent to undeclared hosts, egress gateways can be bypassed, and traffic to these hosts has no policies '
      + 'and no metrics by host. Without `clusterCidrs`, NetworkPolicies allow addresses of the cluster too. Declare the '
      + 'hosts that are called.',
  },
  {
    id: 'AuthorizationDryRun',
    severity: Severity.WARNING,
    summary: 'The AuthorizationPolicies of a service are evaluated and not enforced',
    explanation:
      'Every identity of the mesh may call it. That is for a migration: declare the calls that logs and metrics report '
      + 'as denied, and enforce the policies.',
  },
  {
    id: 'PlaintextPort',
    severity: Severity.WARNING,
    summary: 'A port of a service in the mesh has no mutual TLS',
    explanation:
      'Its traffic can be read and changed in the network, its callers have no identity, and AuthorizationPolicies allow '
      + 'any of them: only NetworkPolicies limit who connects. Add the callers to the mesh, or allow those without a proxy '
      + 'in plain text beside the others, which keep mutual TLS.',
  },
  {
    id: 'OpenBehindFront',
    severity: Severity.WARNING,
    summary: 'Pods of the cluster can bypass the front that alone enforces some checks of an edge',
    explanation:
      'API keys, limits for each client, client certificates, the firewall and request validation are enforced by '
      + 'the front only, and the addresses from which it connects include those of pods. Give it subnets of its own.',
  },
  {
    id: 'MissingFront',
    severity: Severity.ERROR,
    summary: 'The declared front of an edge is not among the templates and documents',
    explanation:
      'The gateway accepts connections of a front that does not exist, or exists as another product that does not '
      + 'enforce what is left to it. Create the front, or declare the one that there is.',
  },
  {
    id: 'UndeclaredFront',
    severity: Severity.ERROR,
    summary: 'An API is in front of an edge that declares no front',
    explanation: 'The gateway accepts connections that bypass the API. Declare it as `front` of the edge.',
  },
  {
    id: 'UnverifiedFront',
    severity: Severity.INFO,
    summary: 'A front of another vendor, of which templates and documents show nothing',
    explanation: 'Whether it is in front of the edge, and enforces what it is declared for, is not verified.',
  },
  {
    id: 'FrontLimit',
    severity: Severity.ERROR,
    summary: 'An edge exceeds a limit of the front that it declares',
    explanation:
      'The vendor would reject the API, or end requests early. Stay within the limit, or correct '
      + '`limits` of the front.',
  },
  {
    id: 'keys-by-discovery',
    severity: Severity.WARNING,
    summary: 'An HTTP API reads the keys of an issuer from its discovery document, not from the declared key set',
    explanation:
      'Tokens that the gateway in the cluster accepts could be denied before it. Publish the same keys at both '
      + 'places.',
  },
  {
    id: 'tokens-without-audience',
    severity: Severity.WARNING,
    summary:
      'Access tokens of a Cognito user pool have no audience, and the HTTP API accepts them where the gateway '
      + 'does not',
    explanation:
      'The API compares `client_id` instead; the gateway answers 403. Declare that `client_id` stands for the '
      + 'audience, or have clients send ID tokens.',
  },
  {
    id: 'NameOfGateway',
    severity: Severity.ERROR,
    summary: 'A workload has the name of the Service, Deployment and ServiceAccount of a gateway or waypoint',
    explanation:
      'The controller of the gateway would overwrite its objects, and policies would allow the workload what '
      + 'they allow the gateway. Use another name.',
  },
  {
    id: 'UnusedTrafficRules',
    severity: Severity.WARNING,
    summary: 'Traffic rules of a service that nothing calls and no edge routes to',
    explanation:
      'No VirtualService or HTTPRoute would contain them. Declare the calls or a route of an edge, or leave the '
      + 'rules out.',
  },
] as const satisfies readonly { id: string; severity: Severity; summary: string; explanation: string }[];

/** The code of a finding of synthesis. A new one needs an entry in {@link SYNTHESIS_CODES}. */
export type SynthesisCode = (typeof SYNTHESIS_CODES)[number]['id'];

/** A finding on a topology. */
export interface SynthesisFinding extends Finding {
  readonly id: SynthesisCode;
}
