export * from './request-result';
export * from './matrix';
export type { RequestProps } from './request';
export * from './traffic';
export * from './unsimulated';
