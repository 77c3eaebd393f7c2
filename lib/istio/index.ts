export { GatewayService, IstioIngress } from './ingress';
export * from './install';
export * from './resources';
export * from './sidecars';
export * from './tracing';
