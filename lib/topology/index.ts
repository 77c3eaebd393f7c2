import './declaring-classes';

export { Aggregate, type AggregateProps, type Part, type PartProps } from './aggregate';
export { AllowedPeer, type AllowFromProps } from './allowed-peer';
export * from './auth';
export { Capability } from './capability';
export * from './call';
export * from './callee';
export * from './circuit-breaker';
export { type Comparison, comparisonKey } from './comparison';
export type { CircuitBreakerProps, TcpKeepalive } from './circuit-breaker-props';
export {
  ClientKey,
  FailureMode,
  PerClientRateLimit,
  type PerClientRateLimitProps,
  Period,
} from './per-client-rate-limit';
export { Contract } from './contract';
export type { CallerData, ContractData, PortData, ServiceData } from './contract-data';
export { type Cors, CORS_HEADERS } from './cors';
export { DRAIN } from './drain';
export type { BackendTls } from './backend-tls';
export type { Destination } from './destination';
export * from './edge';
export { ANY_HOST } from './edge-hosts';
export { ClientCertificates, TlsVersion, type TrustedProxies } from './edge-clients';
export type { EdgeProps } from './edge-props';
export { EgressGateway, type EgressGatewayProps, type EgressListener, type EgressProtocol } from './egress-gateway';
export * from './external-authorizer';
export { ConnectionRoute, type ConnectionRouteProps } from './connection-route';
export { MODEL_ERRORS } from './errors';
export * from './external';
export { cidrOf, type ExternalServiceProps, METADATA_CIDRS } from './external-props';
export { requireCidr } from './cidr';
export { ForeignService, ForeignTopology } from './foreign-topology';
export {
  type AzureFrontProps,
  BY_FRONT_ALONE,
  type CustomFrontProps,
  Front,
  FrontConnection,
  FrontKind,
  type FrontProps,
  type GoogleFrontProps,
} from './front';
export type { FrontLimits } from './front-limits';
export { type RenderedFrontKind, requireFront, requireOneHost } from './required-front';
export { changesHeaders, type HeaderChanges, type HeaderOperations, type HeaderValues } from './header-changes';
export { type CookieProps, HashKey } from './hash-key';
export { type LoadBalancing, LoadBalancingAlgorithm, type Warmup } from './load-balancing';
export { ProgressiveRollout, type ProgressiveRolloutProps } from './progressive-rollout';
export type { LatencyObjective, Slo } from './slo';
export type { LocalityDistribution, LocalityLoadBalancing, RegionFailover } from './locality';
export * from './rate-limit';
export * from './references';
export * from './user-frames';
export * from './validation-error';
export { constructIdOf, requireDnsLabel, requireDnsSubdomain, requireHeaderName, requireNamespaceName } from './names';
export { requireInteger, requirePercentage } from './numbers';
export * from './operation';
export { type MachineProps, Machines } from './machines';
export { OutboundTraffic } from './outbound-traffic';
export * from './path-pattern';
export type { Login, LoginCookieNames, OidcEndpoints, OidcProps } from './login';
export * from './peer';
export * from './port';
export { type HttpBinding, ProtoDescriptor } from './proto-descriptor';
export { CallerKey } from './caller-key';
export type { GlobalRateLimit } from './global-rate-limit';
export type { RateLimiterProps } from './rate-limiter';
export type { RequestValidation } from './request-validation';
export { claimsOfMatches, headerOfClaim } from './claim-match';
export { areDisjoint, QueryParamMatch, type RequestMatch } from './request-match';
export { Redirect, type RedirectProps, type RedirectTarget } from './redirect';
export { literalRegex } from './regex';
export type { PathPrefixRewrite, Rewrite } from './rewrite';
export type { RouteRewrite } from './route-rewrite';
export { EdgeRule, type IRuledEdge } from './edge-rule';
export * from './route';
export { precedes, type Region, regionsOf, rulePrecedes } from './route-precedence';
export * from './service';
export type { ServiceRateLimit, ServiceRateLimitProps } from './request-rules';
export type { ClaimValues, OperationAuth, RequestAuth, ServiceAuthProps } from './service-auth';
export type { ExistingWorkload, ServiceProps } from './service-props';
export { SharedGateway, type SharedGatewayProps } from './shared-gateway';
export {
  type Abort,
  type CallPolicy,
  callPolicyKey,
  type Delay,
  type Faults,
  type Retries,
  retriesKey,
  RETRY_ON,
  RetryOn,
} from './call-policy';
export * from './tls-origination';
export * from './topology';
export type { DirectResponse } from './direct-response';
export { bothOf, HeaderMatch, type HeaderRoute, integersOf, type Mirror, type Weight } from './traffic';
export * from './version';
export * from './workload/public';
export * from './workload-kind';
export { checkArguments, requireArguments } from './arguments';
export { isSlip, suggestion } from './suggestion';
