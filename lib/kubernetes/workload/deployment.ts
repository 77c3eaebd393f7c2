import type { ProgressiveRollout, Rollout, WorkloadProps } from '../../topology';
import { fieldsBy } from '../rendering';
import type { Json } from './without-defaults';

/** The fields of a Deployment by which it replaces its pods. */
export function rolloutFields({ rollout = {} }: WorkloadProps): Json {
  return fieldsBy(FIELDS, rollout);
}

/**
 * The same for a Rollout, which replaces them while requests move to the new ones: after each step an analysis, by the
 * template of that name.
 * @see https://argo-rollouts.readthedocs.io/en/stable/features/specification/
 */
export function progressiveFields(
  { rollout = {} }: WorkloadProps,
  { steps, stableService, canaryService }: ProgressiveRollout,
  templateName: string,
  trafficRouting: object | undefined,
): Json {
  const fields = Object.entries(rolloutFields({ rollout })).filter(([field]) => field !== 'strategy');
  return {
    ...Object.fromEntries(fields),
    // Pods that do not become ready get no requests in the end.
    progressDeadlineAbort: true,
    strategy: {
      canary: {
        ...countsOf(rollout.maxSurge, rollout.maxUnavailable),
        stableService,
        canaryService,
        trafficRouting,
        steps: steps.flatMap(setWeight => [{ setWeight }, { analysis: { templates: [{ templateName }] } }]),
      },
    },
  };
}

/** The field of a Deployment that each property is rendered to. A property without an entry does not compile. */
const FIELDS = {
  strategy: ({ strategy, maxSurge, maxUnavailable }) => {
    const rollingUpdate = (maxSurge ?? maxUnavailable) === undefined ? undefined : countsOf(maxSurge, maxUnavailable);
    return { strategy: strategy || rollingUpdate ? { type: strategy ?? 'RollingUpdate', rollingUpdate } : undefined };
  },
  maxSurge: partOfStrategy,
  maxUnavailable: partOfStrategy,
  minReady: ({ minReady }) => ({ minReadySeconds: minReady?.toSeconds() }),
  progressDeadline: ({ progressDeadline }) => ({ progressDeadlineSeconds: progressDeadline?.toSeconds() }),
  revisionHistoryLimit: ({ revisionHistoryLimit }) => ({ revisionHistoryLimit }),
} satisfies { readonly [K in keyof Rollout]-?: (rollout: Rollout) => Json };

function partOfStrategy(): Json {
  return {};
}

function countsOf(maxSurge: string | undefined, maxUnavailable: string | undefined): Json {
  return {
    maxSurge: maxSurge && countOrPercentage(maxSurge),
    maxUnavailable: maxUnavailable && countOrPercentage(maxUnavailable),
  };
}

/** A number, or a percentage as text. */
function countOrPercentage(text: string): number | string {
  return text.endsWith('%') ? text : Number(text);
}
