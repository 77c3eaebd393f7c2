import { examplesIn, folderOf, type RuleExample } from '../../../docs/rules';
import { CHECKS } from '../../../lib/checks';

/** An example of a check: manifests in which it finds something, and the nearest ones in which it finds nothing. */
export interface Example extends RuleExample {
  readonly check: string;
}

/** All examples of all checks: the YAML files beside their rules. */
export const EXAMPLES: readonly Example[] = CHECKS.flatMap(({ id }) =>
  examplesIn(folderOf(id)).map(example => ({ check: id, ...example })),
);
