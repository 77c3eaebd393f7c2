import './declaring-classes';

export type { ApiQuotas } from '../checks';
export type { AccessLogSettings } from './access-log';
export { EdgeAlarms, type EdgeAlarmsProps, type Observed, type StageMetrics } from './alarms';
export { CachedCloudFormationValidatePlugin } from './cached-validation';
export type { DomainSettings } from './domain';
export { Waf, type WafProps } from './waf';
export { HttpApiEdge } from './http-api-edge';
export type { HttpApiEdgeProps, HttpIntegrationRoute, HttpLambdaRoute } from './http-api-props';
export { IstioOnEks, type IstioOnEksProps } from './istio-on-eks';
export { LambdaAggregator, type LambdaAggregatorProps, type LambdaPart } from './lambda-aggregator';
export type { LambdaRoute } from './own-routes';
export type { ManagedApiProps, Truststore } from './managed-api';
export { ObservedApi } from './observed-api';
export {
  type ExistingLoadBalancer,
  type GatewayPorts,
  PrivateLink,
  type PrivateLinkProps,
  type PrivateLinkSettings,
} from './private-link';
export { RestApiEdge } from './rest-api-edge';
export type { RestApiEdgeProps, RestCanary, RestIntegrationRoute, RestLambdaRoute } from './rest-api-props';
export { SharedLoadBalancer, type SharedLoadBalancerProps } from './shared-load-balancer';
export type { VpcLinkSettings } from './vpc-link';
export { WebSocketApiEdge } from './web-socket-api-edge';
export type { WebSocketApiEdgeProps, WebSocketLambdaRoute } from './web-socket-api-props';
