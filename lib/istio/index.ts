export {
  BackendTlsPolicy,
  Gateway,
  GrpcRoute,
  HttpRoute,
  ListenerSet,
  type OpenTelemetryProps,
  ReferenceGrant,
  type ResourceClass,
  type ResourceProps,
  type SpecOf,
  TcpRoute,
  TlsRoute,
  Tracing,
  UdpRoute,
} from '../kubernetes';
export { GatewayService, IstioIngress } from './ingress';
export {
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
export { Injection, IstioSidecars, type IstioSidecarsProps } from './sidecars';
