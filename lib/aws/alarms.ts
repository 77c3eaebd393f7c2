import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  MathExpression,
  type Metric,
  type MetricOptions,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { requireArguments } from '../topology';

/** The metrics of a stage of an API. */
export interface StageMetrics {
  /** Requests. */
  metricCount(props?: MetricOptions): Metric;
  /** Responses with status 4xx. */
  metricClientError(props?: MetricOptions): Metric;
  /** Responses with status 5xx. */
  metricServerError(props?: MetricOptions): Metric;
  /** The time from a request to its response. */
  metricLatency(props?: MetricOptions): Metric;
  /** The part of it that is spent in the cluster. */
  metricIntegrationLatency(props?: MetricOptions): Metric;
}

/** Thresholds of alarms; one that is not set has no alarm. */
export interface EdgeAlarmsProps {
  /**
   * The share of responses with status 5xx, in percent.
   * @default - no alarm
   */
  readonly serverErrorPercent?: number;
  /**
   * The share of responses with status 4xx, in percent.
   * @default - no alarm
   */
  readonly clientErrorPercent?: number;
  /**
   * The 99th percentile of the latency.
   * @default - no alarm
   */
  readonly latency?: Duration;
  /**
   * The number of requests in a period that get status 429, of the API or of the cluster. They are counted in the
   * access log by a metric filter, since API Gateway has no metric of them.
   * @default - no alarm
   */
  readonly throttledRequests?: number;
  /** @default Duration.minutes(5) */
  readonly period?: Duration;
  /**
   * The number of consecutive periods over the threshold.
   * @default 2
   */
  readonly evaluationPeriods?: number;
  /**
   * What happens when an alarm starts and when it ends, e.g. an `SnsAction`.
   * @default - nothing
   */
  readonly actions?: IAlarmAction[];
}

/** What alarms observe. */
export interface Observed {
  /** The name of the API in alarms and in the metric of throttled requests. */
  readonly name: string;
  /** The metrics of the stage. */
  readonly metrics: StageMetrics;
  /** The log group of the access log. */
  readonly log: ILogGroup;
}

/** CloudWatch alarms on an API in front of an edge. Periods without requests are no alarm. */
export class EdgeAlarms extends Construct {
  /** The alarm on `serverErrorPercent`. */
  readonly serverErrors?: Alarm;
  /** The alarm on `clientErrorPercent`. */
  readonly clientErrors?: Alarm;
  /** The alarm on `latency`. */
  readonly latency?: Alarm;
  /** The alarm on `throttledRequests`. */
  readonly throttles?: Alarm;

  constructor(
    scope: Construct,
    id: string,
    observed: Observed,
    private readonly props: EdgeAlarmsProps,
  ) {
    requireArguments('new.EdgeAlarms', [scope, id, observed, props]);
    super(scope, id);
    const { name, metrics, log } = observed;
    const { period = Duration.minutes(5), latency } = props;
    const share = (errors: Metric) =>
      new MathExpression({
        expression: '100 * errors / requests',
        usingMetrics: { errors, requests: metrics.metricCount({ period, statistic: Stats.SAMPLE_COUNT }) },
        period,
      });
    const sum = { period, statistic: Stats.SUM };
    this.serverErrors = this.add('ServerErrors', props.serverErrorPercent, `5xx of ${name} in percent`, () =>
      share(metrics.metricServerError(sum)),
    );
    this.clientErrors = this.add('ClientErrors', props.clientErrorPercent, `4xx of ${name} in percent`, () =>
      share(metrics.metricClientError(sum)),
    );
    this.latency = this.add('Latency', latency?.toMilliseconds(), `p99 latency of ${name} in milliseconds`, () =>
      metrics.metricLatency({ period, statistic: Stats.percentile(99) }),
    );
    this.throttles = this.add('Throttles', props.throttledRequests, `requests to ${name} with status 429`, () =>
      this.throttledRequests(name, log).with(sum),
    );
  }

  private add(id: string, threshold: number | undefined, what: string, metric: () => IMetric): Alarm | undefined {
    if (threshold === undefined) {
      return undefined;
    }
    const alarm = new Alarm(this, id, {
      metric: metric(),
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: this.props.evaluationPeriods ?? 2,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `More than ${threshold}: ${what}`,
    });
    for (const action of this.props.actions ?? []) {
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
    return alarm;
  }

  private throttledRequests(name: string, logGroup: ILogGroup): Metric {
    return new MetricFilter(this, 'ThrottledRequests', {
      logGroup,
      filterPattern: FilterPattern.stringValue('$.status', '=', '429'),
      metricNamespace: 'cdk8s-cardinal',
      metricName: `${name}-throttled`,
      metricValue: '1',
      defaultValue: 0,
    }).metric();
  }
}
