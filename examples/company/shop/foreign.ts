import { platform } from './topology';

/** Services of the platform that more than one team calls. */
export const accounts = platform.service('accounts');
export const flags = platform.service('flags');
