import './declaring-classes';

export {
  BackendTlsPolicy,
  Gateway,
  GrpcRoute,
  HttpRoute,
  ListenerSet,
  ReferenceGrant,
  type ResourceClass,
  type ResourceProps,
  type SpecOf,
  TcpRoute,
  type TelemetryBackend,
  type TelemetryBackendProps,
  TlsRoute,
  TraceTag,
  Tracing,
  type TracingProps,
  UdpRoute,
} from '../kubernetes';
export { type AmbientSidecars, IstioAmbient, type IstioAmbientProps } from './ambient';
export { AccessLog, type AccessLogProps, type OpenTelemetryLogProps } from './access-log';
export { GatewayService, IstioIngress } from './ingress';
export { IstioMesh, type IstioMeshProps } from './istio-mesh';
export {
  type ArgoCdProps,
  type ExistingProps,
  type FluxProps,
  type GitOpsProps,
  type HelmProps,
  Install,
  IstioCharts,
  type IstioctlProps,
  IstioInstallation,
  type IstioInstallationProps,
  type MeshSettings,
} from './install';
export {
  AuthorizationPolicy,
  DestinationRule,
  EnvoyFilter,
  IstioGateway,
  PeerAuthentication,
  ProxyConfig,
  RequestAuthentication,
  ServiceEntry,
  Sidecar,
  Telemetry,
  VirtualService,
  WasmPlugin,
  WorkloadEntry,
  WorkloadGroup,
} from './resources';
export type { MetricsProps } from './metrics';
export { Injection, IstioSidecars, type IstioSidecarsProps } from './sidecars';
export { type ExtendedProxies, TrafficExtension, type TrafficExtensionSpec } from './traffic-extension';
