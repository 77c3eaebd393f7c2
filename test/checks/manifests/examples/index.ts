import { CHECKS } from '../../../../lib/checks';
import { examplesIn, folderOf } from '../../../../docs/rules';
import type { Example } from './objects';

export type { Example } from './objects';

/** For each check at least one input that is wrong, and the nearest one that is not: the YAML files beside its rule. */
export const EXAMPLES: readonly Example[] = CHECKS.flatMap(({ id }) => examplesIn(folderOf(id)).map(example => ({ check: id, ...example })));
