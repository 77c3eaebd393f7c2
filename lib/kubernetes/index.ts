export * from './capabilities';
export * from './chart';
export * from './cluster-app';
export * from './network-policy';
export * from './no-mesh';
export * from './target';
export { renderService } from './workload';
export { Phase } from './phases';
export * from './target-group-binding';
