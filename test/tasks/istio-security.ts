import { model, nothing, resources, tasksOf } from './task';

export const ISTIO_SECURITY = tasksOf('Istio: security and policy', [
  nothing('Plug in CA certificates', 'a Secret that istiod reads'),
  resources('Custom CA by CertificateSigningRequests or istio-csr', 'a patch of the IstioOperator object'),
  resources(
    'Authentication policy: mutual TLS of mesh, namespace, workload and port',
    'always STRICT, a port PERMISSIVE by `allowFrom(peer, { plaintext: true })`; DISABLE by `PeerAuthentication`',
  ),
  resources(
    'Authentication policy: end-user tokens at a workload, by path',
    '`requireAuth`; tokens without an audience, or of an issuer that is not a URL, by `RequestAuthentication`',
  ),
  resources('Routing by claims of a token', '`VirtualService`'),
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
  resources(
    'Authorization: tokens, with claims',
    '`requireAuth({ auth, claims })`; tokens without an audience, or of an issuer that is not a URL, by '
      + '`AuthorizationPolicy`',
  ),
  model(
    'External authorization',
    '`authorizer: ExternalAuthorizer.of({ service })` of edge and route; at services by `AuthorizationPolicy`',
    'kubernetes/external-authorizer.test.ts › the authorizer decides about the routes that have it',
  ),
  resources('Explicit deny', '`AuthorizationPolicy`; undeclared calls are denied without it'),
  model(
    'Access control by IP address at the ingress',
    '`allowedCidrs`, `deniedCidrs`, `trustedProxies`',
    'kubernetes/edge-clients.test.ts › are those of connections, independent of x-forwarded-for',
  ),
  resources('Trust domain migration', '`trustDomain`; aliases by a patch of the IstioOperator object'),
  resources('Dry run of a policy', 'an annotation of an `AuthorizationPolicy`'),
  resources('Minimum TLS version of workloads', 'a patch of the IstioOperator object'),
  resources(
    'Rate limits with Envoy, global and local',
    '`rateLimit` and `perClientRateLimit` at edges; at services and by path `EnvoyFilter`',
  ),
]);
