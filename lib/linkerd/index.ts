import './declaring-classes';

export * from './install';
export { LinkerdMesh, type LinkerdMeshProps } from './mesh';
export {
  EgressNetwork,
  type EgressNetworkSpec,
  HttpLocalRateLimitPolicy,
  type HttpLocalRateLimitPolicySpec,
  LinkerdAuthorizationPolicy,
  type LinkerdAuthorizationPolicySpec,
  MeshTlsAuthentication,
  type MeshTlsAuthenticationSpec,
  type NamespacedTargetRef,
  type Network,
  NetworkAuthentication,
  type NetworkAuthenticationSpec,
  type RequestRate,
  type RequestRateOverride,
  Server,
  type ServerSpec,
  type TargetRef,
} from './resources';
