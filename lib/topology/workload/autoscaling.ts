import { requireLabel } from '../names';
import { requireInteger, requirePercentage } from '../numbers';
import { ValidationError } from '../validation-error';
import { requireQuantity } from './quantity';
import { anyValue, type Validations } from './validations';

/** The target of a metric that is not one of resources: as an average for each pod, or as a whole. */
export interface MetricTargetProps {
  /**
   * The value for each pod on average, e.g. `100` or `500m`.
   * @default - none: `value` is given
   */
  readonly averageValue?: string;
  /**
   * The value of the metric as a whole.
   * @default - none: `averageValue` is given
   */
  readonly value?: string;
  /**
   * The labels that select series of the metric.
   * @default - all series
   */
  readonly selector?: { readonly [label: string]: string };
}

/** The object that a metric describes. */
export interface DescribedObject {
  /** The API version, e.g. `networking.k8s.io/v1`. */
  readonly apiVersion: string;
  /** The kind, e.g. `Ingress`. */
  readonly kind: string;
  /** The name, in the namespace of the workload. */
  readonly name: string;
}

/**
 * A custom or external metric that an autoscaler reads; an adapter of the cluster provides it.
 * @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#scaling-on-custom-metrics
 */
export class ScalingMetric {
  /** A metric of each pod, averaged over them, e.g. `http_requests_per_second`. */
  static pods(metric: string, averageValue: string): ScalingMetric {
    return new ScalingMetric('Pods', metric, { averageValue });
  }

  /** A metric of another object of the namespace. */
  static object(described: DescribedObject, metric: string, target: MetricTargetProps): ScalingMetric {
    return new ScalingMetric('Object', metric, target, { ...described });
  }

  /** A metric outside the cluster, e.g. the length of a queue. */
  static external(metric: string, target: MetricTargetProps): ScalingMetric {
    return new ScalingMetric('External', metric, target);
  }

  private constructor(
    /** The type of the metric: `Pods`, `Object` or `External`. */
    readonly type: string,
    /** The name of the metric. */
    readonly metric: string,
    /** The value that the autoscaler aims for. */
    readonly target: MetricTargetProps,
    /** The object that the metric describes; undefined for the other types. */
    readonly describedObject?: DescribedObject,
  ) {
    const path = `ScalingMetric.${type.toLowerCase()}`;
    const { averageValue, value, selector = {} } = target;
    if (metric === '' || (averageValue === undefined) === (value === undefined)) {
      throw new ValidationError({
        code: 'Contradiction',
        path,
        summary: metric === '' ? 'The metric has no name.' : `The target of "${metric}" is not exactly one value.`,
        fix: 'Give the name of the metric, and either `averageValue` or `value`.',
      });
    }
    requireQuantity(path, `The target of ${metric}`, averageValue ?? value ?? '');
    Object.entries(selector).forEach(([label, each]) => {
      requireLabel(path, label, each);
    });
  }
}

/**
 * An event source of KEDA.
 * @see https://keda.sh/docs/latest/scalers/
 */
export interface KedaTrigger {
  /** The scaler, e.g. `kafka` or `cron`. */
  readonly type: string;
  /** The settings of the scaler. */
  readonly metadata: { readonly [name: string]: string };
  /**
   * The name of a TriggerAuthentication in the namespace of the workload.
   * @default - none
   */
  readonly authentication?: string;
}

/** Autoscaling by metrics. In the cluster: a HorizontalPodAutoscaler, or a ScaledObject of KEDA. */
export interface Autoscaling {
  /** The number of pods at least: `minReplicas`. */
  readonly min: number;
  /** The number of pods at most: `maxReplicas`. */
  readonly max: number;
  /**
   * The target average utilization of the requested CPU, in percent.
   * @default - 70 without another metric, else none
   */
  readonly cpuPercent?: number;
  /**
   * The target average utilization of the requested memory, in percent.
   * @default - none
   */
  readonly memoryPercent?: number;
  /**
   * Custom and external metrics. The metric that needs most pods decides.
   * @default - none
   */
  readonly metrics?: ScalingMetric[];
  /**
   * Event sources of KEDA, which makes the HorizontalPodAutoscaler. In the cluster: a ScaledObject. `min` may be 0.
   * @default - none
   * @see https://keda.sh/docs/latest/reference/scaledobject-spec/
   */
  readonly kedaTriggers?: KedaTrigger[];
  /**
   * Whether another autoscaler changes the number of pods, e.g. a ScaledObject of KEDA. No HorizontalPodAutoscaler is
   * rendered, and `replicas` of the workload stays unset; `min`, which may then be 0, and `max` are those of the other
   * autoscaler.
   * @default false
   */
  readonly existing?: boolean;
}

export const OF_AUTOSCALING: Validations<Autoscaling> = {
  min: (path, min, { existing, kedaTriggers }) => {
    requireInteger(path, 'The minimum number of replicas', min, existing === true || kedaTriggers ? 0 : 1);
  },
  max: (path, max, { min }) => {
    requireInteger(path, 'The maximum number of replicas', max, Math.max(min, 1));
  },
  cpuPercent: (path, percent) => {
    requirePercentage(path, 'The target CPU utilization', percent);
  },
  memoryPercent: (path, percent) => {
    requirePercentage(path, 'The target memory utilization', percent);
  },
  metrics: anyValue,
  kedaTriggers: (path, triggers, { cpuPercent, memoryPercent, metrics, existing }) => {
    const isTaken = (cpuPercent ?? memoryPercent ?? metrics) !== undefined || existing;
    if (isTaken || triggers.length === 0 || triggers.some(({ type }) => type.trim() === '')) {
      throw new ValidationError({
        code: 'Contradiction',
        path,
        summary: isTaken
          ? 'KEDA scales by its triggers alone, so other metrics and autoscalers would contradict it.'
          : 'The triggers of KEDA are empty, or one has no type.',
        fix: 'Give triggers with a type, and no other metrics: KEDA has the types `cpu` and `memory`.',
      });
    }
  },
  existing: (path, existing, { cpuPercent, memoryPercent, metrics }) => {
    if (existing && (cpuPercent ?? memoryPercent ?? metrics) !== undefined) {
      throw new ValidationError({
        code: 'NoEffect',
        path,
        summary: 'No HorizontalPodAutoscaler is rendered, so its metrics would have no effect.',
        fix: 'Leave the metrics out, or leave out `existing`.',
      });
    }
  },
};

/** The target average utilization of CPU and memory in percent; undefined for what does not decide. */
export function utilizationOf(autoscaling: Autoscaling): { readonly cpu?: number; readonly memory?: number } {
  const { cpuPercent, memoryPercent, metrics = [], existing, kedaTriggers } = autoscaling;
  const isAlone = !existing && !kedaTriggers && memoryPercent === undefined && metrics.length === 0;
  return { cpu: cpuPercent ?? (isAlone ? 70 : undefined), memory: memoryPercent };
}
