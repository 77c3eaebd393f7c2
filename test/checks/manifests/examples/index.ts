import { CALLS } from './calls';
import { GATEWAYS } from './edge';
import type { Example } from './objects';
import { CONTROL_PLANE } from './plane';
import { ROUTING } from './routing';
import { SCHEMA } from './schema';
import { SECURITY } from './security';
import { WORKLOADS } from './workloads';

export type { Example } from './objects';

/** For each check at least one input that is wrong, and the nearest one that is not. */
export const EXAMPLES: readonly Example[] = [...ROUTING, ...GATEWAYS, ...SECURITY, ...WORKLOADS, ...CONTROL_PLANE, ...SCHEMA, ...CALLS];
