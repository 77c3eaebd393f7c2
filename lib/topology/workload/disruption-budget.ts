import { ValidationError } from '../validation-error';
import { requireCountOrPercentage } from './count';
import type { Validations } from './validations';

/** How many pods of a service a drain of nodes can evict at a time. In the cluster: a PodDisruptionBudget. */
export interface DisruptionBudget {
  /**
   * The pods that can be unavailable, as a number or a percentage: `'1'`, `'25%'`.
   * @default - 1, without `minAvailable`
   */
  readonly maxUnavailable?: string;
  /**
   * The pods that stay available, as a number or a percentage, in place of `maxUnavailable`.
   * @default - none
   */
  readonly minAvailable?: string;
}

export const OF_DISRUPTION_BUDGET: Validations<DisruptionBudget> = {
  maxUnavailable: (path, value, { minAvailable }) => {
    requireCountOrPercentage(path, 'maxUnavailable', value);
    if (minAvailable !== undefined) {
      throw new ValidationError({
        code: 'Contradiction',
        path,
        summary: 'A budget has either maxUnavailable or minAvailable.',
        fix: 'Keep one of them.',
      });
    }
    if (parseInt(value, 10) === 0) {
      throw blocking(path, `maxUnavailable is "${value}"`);
    }
  },
  minAvailable: (path, value) => {
    requireCountOrPercentage(path, 'minAvailable', value);
    if (value === '100%') {
      throw blocking(path, 'minAvailable is "100%"');
    }
  },
};

function blocking(path: string, what: string): ValidationError {
  return new ValidationError({
    code: 'OutOfRange',
    path,
    summary: `${what}, so no node with a pod of it could ever be drained.`,
    fix: 'Allow at least one pod to be unavailable.',
  });
}
