export * from './envoy-gateway';
export * from './resources';
