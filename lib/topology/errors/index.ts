import { CLOUD_ERRORS } from './cloud';
import { EDGE_ERRORS } from './edges';
import type { ErrorEntry } from './entry';
import { SERVICE_ERRORS } from './services';
import { TARGET_ERRORS } from './targets';
import { TRAFFIC_ERRORS } from './traffic';
import { VALUE_ERRORS } from './values';

export type { ErrorEntry } from './entry';

const ENTRIES = [
  ...VALUE_ERRORS,
  ...SERVICE_ERRORS,
  ...TRAFFIC_ERRORS,
  ...EDGE_ERRORS,
  ...TARGET_ERRORS,
  ...CLOUD_ERRORS,
] as const;

/** The code of an error of the model. A new one needs an entry here. */
export type ErrorCode = (typeof ENTRIES)[number]['id'];

/** All codes of errors of the model and of the targets that render it. */
export const MODEL_ERRORS: readonly ErrorEntry[] = ENTRIES;
