import { STATUS_CODES } from 'node:http';

/** Apache's unregistered status for an exceeded bandwidth limit. */
const UNREGISTERED = 509;

/** The registered HTTP status codes. */
export const STATUSES: ReadonlySet<number> = new Set(
  Object.keys(STATUS_CODES)
    .map(Number)
    .filter(each => each !== UNREGISTERED),
);
