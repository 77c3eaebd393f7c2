export { checkTemplate, type CloudResource, type CloudTemplate, describeFinding, type Finding, Severity } from './checks';
export {
  Capability, ClusterApp, type ClusterAppProps, EdgeGateway, type Labels, NoMesh, type NoMeshProps, Phase,
  type SystemConnections, Target, TargetGroupBinding, type TargetGroupBindingProps, TopologyChart,
  type TopologyChartProps,
} from './kubernetes';
// Folders of this package import all of lib/topology; the public exports are listed here.
export {
  type Abort, Aggregate, type AggregateProps, type ApiKeyProps, Auth, type Autoscaling, Call, Callee, type CallProps,
  CircuitBreaker, type CircuitBreakerProps, ClientKey, ClientLimit, type ClientLimitProps, type Cors, type Delay,
  type Destination, Edge, type EdgeProps, type ExistingWorkload, ExternalService, type ExternalServiceProps, type Faults,
  type GrpcPortOptions, HeaderMatch, type HeaderRoute, Health, type HttpBinding, type JwtProps, type Mirror, Mistake,
  type MistakeProps, Operation, type Part, type PartProps, type PathPattern, Period, Port, type PortOptions, ProtoDescriptor,
  Protocol, type RateLimiterProps, type Replicas, type RequestShape, type Resources, type Retries, RetryOn, Route,
  type RouteProps, Service, type ServiceProps, type Terms, Throttle, Topology, type TopologyProps, type Translation, Version,
  type VersionProps, type Weight, WhenUnavailable, type WorkloadProps,
} from './topology';
export * from './istio';
export { Mesh } from './mesh';
