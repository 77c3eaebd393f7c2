export * from './clients';
export * from './cors';
export * from './requests';
export { withTerms } from './terms';
export type { Attachment } from './attachment';
