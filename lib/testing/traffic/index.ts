export * from './answer';
export type { RequestProps } from './request';
export * from './traffic';
export * from './unsimulated';
