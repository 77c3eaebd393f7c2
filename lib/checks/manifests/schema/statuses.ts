import { STATUS_CODES } from 'node:http';

/** The statuses that HTTP has names for. */
export const STATUSES: ReadonlySet<number> = new Set(Object.keys(STATUS_CODES).map(Number));
