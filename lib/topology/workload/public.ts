export {
  type Autoscaling,
  type DescribedObject,
  type KedaTrigger,
  type MetricTargetProps,
  ScalingMetric,
  utilizationOf,
} from './autoscaling';
export { type ContainerProps, ImagePullPolicy } from './container';
export type { DisruptionBudget } from './disruption-budget';
export {
  type Env,
  EnvFrom,
  type EnvFromOptions,
  EnvValue,
  inOrderOfReference,
  referencesIn,
  type ReferenceOptions,
  type ResourceReferenceOptions,
} from './env';
export type { FurtherContainer, InitContainer } from './further-containers';
export {
  type GrpcProbeOptions,
  Health,
  type HttpProbeOptions,
  type PortProbeOptions,
  type ProbeOptions,
} from './health';
export { type HttpHandlerOptions, type Lifecycle, LifecycleHandler } from './lifecycle';
export type { Metadata } from './metadata';
export { type DnsConfig, DnsPolicy, type HostAlias, type PodProps } from './pod';
export { volumesOfPod } from './pod-rules';
export type { Probes } from './probes';
export type { PortWithoutMutualTls } from './port-without-mutual-tls';
export { ProxyExtension, WasmPhase, type WasmProps } from './proxy-extension';
export type { ServiceTelemetry } from './service-telemetry';
export { type ServiceAccess, ServiceType, TrafficDistribution } from './service-access';
export { ProxyLogLevel, type ProxyProps, type ProxyResources } from './proxy';
export type { Resources } from './resources';
export { type Rollout, RolloutStrategy } from './rollout';
export {
  NodeOperator,
  type NodeRequirement,
  type PodRequirement,
  type Scheduling,
  TaintEffect,
  type Toleration,
  type TopologySpread,
} from './scheduling';
export { type PodSecurityContext, type SecurityContext, SecurityProfile } from './security-context';
export type { ServiceAccountProps } from './service-account';
export type { ServiceObjects } from './service-rules';
export {
  type ClaimProps,
  type EmptyDirOptions,
  type ExistingClaimOptions,
  type FilesOptions,
  type TokenOptions,
  Volume,
} from './volume';
export type { VolumeMount } from './volume-mount';
export type { WorkloadProps } from './workload-props';
