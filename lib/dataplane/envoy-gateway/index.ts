export * from './clients';
export * from './cors';
export * from './requests';
export { retriesOfPolicy } from './retries';
export type { Attachment } from './attachment';
