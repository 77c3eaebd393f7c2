export * from './clients';
export * from './requests';
export { retriesOfPolicy } from './retries';
export type { Attachment } from './attachment';
