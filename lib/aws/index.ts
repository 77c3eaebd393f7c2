export * from './firewall';
export * from './http-api-edge';
export * from './istio-on-eks';
export * from './lambda-aggregator';
export type { ManagedApiProps, Truststore } from './managed-api';
export * from './private-link';
export * from './rest-api-edge';
