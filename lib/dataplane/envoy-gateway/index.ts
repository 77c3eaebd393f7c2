export * from './clients';
export * from './cors';
export * from './requests';
export type { Attachment } from './attachment';
