import { STATUS_CODES } from 'node:http';

/** Apache's own status for a limit of bandwidth, which is registered nowhere. */
const UNREGISTERED = 509;

/** The statuses that HTTP has names for. */
export const STATUSES: ReadonlySet<number> = new Set(Object.keys(STATUS_CODES).map(Number).filter(each => each !== UNREGISTERED));
