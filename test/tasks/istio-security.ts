import { model, nothing, resources, tasksOf } from './task';

export const ISTIO_SECURITY = tasksOf('Istio: security and policy', [
  nothing('Plug in CA certificates', 'a Secret that istiod reads'),
  resources('Custom CA by CertificateSigningRequests or istio-csr', 'a patch of the IstioOperator object'),
  model(
    'Authentication policy: mutual TLS of mesh, namespace, workload and port',
    'STRICT; a port PERMISSIVE by `allowFrom(peer, { plaintext: true })`, or DISABLE by `portsWithoutMutualTls`',
    'istio/plaintext-ports.test.ts › has the mode DISABLE, and other ports keep that of the namespace',
  ),
  model(
    'Authentication policy: end-user tokens at a workload, by path',
    '`requireAuth`, also with `anyAudience` and issuers that are not URLs',
    'istio/service-auth.test.ts › single operations need no token, another audience or a claim',
  ),
  model(
    'Routing by claims of a token',
    "`match: { claims: { group: 'admin' } }` of a route, at Istio's gateway",
    'istio/claim-routes.test.ts › are matched by the claims of the token that the gateway verifies',
  ),
  model(
    'Copy claims of a token to headers',
    '`requireAuth({ claimHeaders })`',
    'istio/service-auth.test.ts › the RequestAuthentication has the keys and the headers of claims',
  ),
  model(
    'Mutual TLS migration',
    '`allowFrom(Peer.pods(…), { plaintext: true })` until the callers have proxies',
    'kubernetes/allowed-peers.test.ts › a caller without a proxy is allowed in plaintext on its port alone',
  ),
  model(
    'Authorization: HTTP traffic',
    '`calls(callee, { allowedOperations })`',
    'istio/security.test.ts › the operations of a call are its methods and paths, each method with its own paths',
  ),
  model(
    'Authorization: TCP traffic',
    '`calls` of a `Port.tcp`',
    'istio/security.test.ts › a call allows the identity of its caller on the port of the pod',
  ),
  model(
    'Authorization: tokens, with claims',
    '`requireAuth({ auth, claims })`',
    'istio/service-auth.test.ts › tokens of any audience, or without one, are accepted where that is declared',
  ),
  model(
    'External authorization',
    '`authorizer: ExternalAuthorizer.of({ service })` of edge and route; at services by `AuthorizationPolicy`',
    'kubernetes/external-authorizer.test.ts › the authorizer decides about the routes that have it',
  ),
  model(
    'Explicit deny',
    '`deniedOperations` of a service; undeclared calls are denied without it',
    'kubernetes/service-access.test.ts › are denied by a policy for the ports with requests, though a call allows all',
  ),
  model(
    'Access control by IP address at the ingress',
    '`allowedCidrs`, `deniedCidrs`, `trustedProxies`',
    'kubernetes/edge-clients.test.ts › are those of connections, independent of x-forwarded-for',
  ),
  model(
    'Trust domain migration',
    '`trustDomain` and `trustDomainAliases`',
    'istio/install.test.ts › aliases of the trust domain are those of the mesh configuration',
  ),
  model(
    'Dry run of a policy',
    '`authorizationDryRun` of a service',
    'istio/dry-run.test.ts › has its declared rules in a policy that is not enforced, beside one that allows all',
  ),
  model(
    'Minimum TLS version of workloads',
    '`minTlsVersion` of the installation',
    'istio/install.test.ts › workloads use TLS %s or newer',
  ),
  model(
    'Rate limits with Envoy, global and local',
    '`perClientRateLimit` and `rateLimit` at edges, `addGlobalRateLimit` (also `perCaller`) and `addRateLimit` of '
      + 'services',
    'istio/global-rate-limits.test.ts › is a filter of its proxies before the router',
  ),
]);
