export * from './checks';
export * from './kubernetes';
export * from './topology';
export * from './istio';
export * from './mesh';
