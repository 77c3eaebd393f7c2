export {
  BackendTlsPolicy, Gateway, GrpcRoute, HttpRoute, type OpenTelemetryProps, ReferenceGrant, type ResourceClass, type ResourceProps, type SpecOf, Tracing,
} from '../kubernetes';
export { GatewayService, IstioIngress } from './ingress';
export * from './install';
export * from './resources';
export * from './sidecars';
