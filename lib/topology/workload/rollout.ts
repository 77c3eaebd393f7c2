import type { Duration } from 'cdk8s';
import { requireInteger } from '../numbers';
import { ValidationError } from '../validation-error';
import { requireCountOrPercentage } from './count';
import { requireSeconds } from './seconds';
import type { Validations } from './validations';

/** How a Deployment replaces its pods. */
export enum RolloutStrategy {
  /** New pods start before old ones end. */
  ROLLING_UPDATE = 'RollingUpdate',
  /** All old pods end before new ones start, as a volume that one pod can mount needs it. */
  RECREATE = 'Recreate',
}

/** How new pods replace old ones. In the cluster: `strategy` of the Deployment. */
export interface Rollout {
  /** @default RolloutStrategy.ROLLING_UPDATE */
  readonly strategy?: RolloutStrategy;
  /**
   * The number of pods above `replicas` during a rollout, as a number or a percentage: `'1'`, `'25%'`.
   * @default 25%
   */
  readonly maxSurge?: string;
  /**
   * The number of pods below `replicas` during a rollout, as a number or a percentage.
   * @default 25%
   */
  readonly maxUnavailable?: string;
  /**
   * The time for which a new pod must be ready before it counts as available: `minReadySeconds`.
   * @default - none
   */
  readonly minReady?: Duration;
  /**
   * The time after which a rollout without progress has failed: `progressDeadlineSeconds`.
   * @default - ten minutes
   */
  readonly progressDeadline?: Duration;
  /**
   * The number of old ReplicaSets that are kept for a rollback.
   * @default 10
   */
  readonly revisionHistoryLimit?: number;
}

export const OF_ROLLOUT: Validations<Rollout> = {
  strategy: (path, strategy, { maxSurge, maxUnavailable }) => {
    if (strategy === RolloutStrategy.RECREATE && (maxSurge ?? maxUnavailable) !== undefined) {
      throw new ValidationError({
        code: 'Contradiction',
        path,
        summary: 'A rollout that ends all pods first has neither `maxSurge` nor `maxUnavailable`.',
        fix: 'Leave them out, or choose RolloutStrategy.ROLLING_UPDATE.',
      });
    }
  },
  maxSurge: (path, value) => {
    requireCountOrPercentage(path, 'maxSurge', value);
  },
  maxUnavailable: (path, value, { maxSurge }) => {
    requireCountOrPercentage(path, 'maxUnavailable', value);
    if (parseInt(value, 10) === 0 && maxSurge !== undefined && parseInt(maxSurge, 10) === 0) {
      throw new ValidationError({
        code: 'Contradiction',
        path,
        summary: 'With a maxSurge and a maxUnavailable of 0 no pod could be replaced.',
        fix: 'Raise one of them.',
      });
    }
  },
  minReady: (path, value, { progressDeadline }) => {
    requireSeconds(path, 'minReady', value, 0);
    if (value.toSeconds() >= (progressDeadline?.toSeconds() ?? 600)) {
      throw new ValidationError({
        code: 'Contradiction',
        path,
        summary: 'minReady is not less than the progress deadline, so every rollout would fail.',
        fix: 'Raise `progressDeadline`, or lower `minReady`.',
      });
    }
  },
  progressDeadline: (path, value) => {
    requireSeconds(path, 'The progress deadline', value);
  },
  revisionHistoryLimit: (path, value) => {
    requireInteger(path, 'The number of old ReplicaSets', value, 0);
  },
};
