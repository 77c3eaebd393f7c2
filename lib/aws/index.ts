export * from './http-api-edge';
export * from './private-link';
