export { checkTemplate, type CloudResource, type CloudTemplate, describeFinding, type Finding, Severity } from './checks';
export {
  Capability, ClusterApp, type ClusterAppProps, EdgeGateway, type Labels, NoMesh, type NoMeshProps, Phase,
  type SystemConnections, Target, TargetGroupBinding, type TargetGroupBindingProps, TopologyChart,
  type TopologyChartProps,
} from './kubernetes';
// Folders of this package import all of lib/topology; the public exports are listed here.
export {
  type Abort, Aggregate, type AggregateProps, type ApiKeyProps, Auth, type Autoscaling, Call, Callee, type CallPolicy,
  type CallProps, CircuitBreaker, type CircuitBreakerProps, ClientKey, type Cors, type Delay, type Destination,
  Edge, type EdgeProps, type ExistingWorkload, ExternalService, type ExternalServiceProps, FailureMode, type Faults,
  type GrpcPortOptions, HeaderMatch, type HeaderRoute, Health, type HttpBinding, type JwtProps, type Mirror, Operation,
  type Part, type PartProps, type PathPattern, PerClientRateLimit, type PerClientRateLimitProps, Period, Port, type PortOptions, Protocol,
  ProtoDescriptor, RateLimit, type RateLimiterProps, type Replicas, type RequestValidation, type Resources, type Retries, RetryOn,
  Route, type RouteProps, Service, type ServiceProps, Topology, type TopologyProps, type Translation, ValidationError, type ValidationErrorProps,
  Version, type VersionProps, type Weight, type WorkloadProps,
} from './topology';
export * from './istio';
export { Mesh } from './mesh';
