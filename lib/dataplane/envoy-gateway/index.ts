export * from './clients';
export * from './requests';
export type { Attachment } from './attachment';
