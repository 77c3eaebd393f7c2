export * from './firewall';
export * from './http-api-edge';
export type { ManagedApiProps, Truststore } from './managed-api';
export * from './private-link';
export * from './rest-api-edge';
