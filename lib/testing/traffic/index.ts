export { type Reach, TrafficMatrix, Unsimulated } from '../../dataplane';
export * from './outcome';
export * from './request-result';
export type { RequestProps } from './request';
export * from './traffic';
