export * from './clients';
export { withLateHeaders } from './client-headers';
export * from './cors';
export * from './requests';
export { withTerms } from './terms';
export { headersOfTokens } from './tokens';
export type { Attachment } from './attachment';
