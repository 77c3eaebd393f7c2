import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type Edge, ValidationError } from '../topology';
import { EdgeAlarms, type EdgeAlarmsProps, type StageMetrics } from './alarms';

/** An API in front of an edge, with the metrics of its stage. */
export abstract class ObservedApi extends Construct implements StageMetrics {
  /** The deployed stage. */
  abstract readonly stage: StageMetrics;
  /** The log group of the access log. */
  abstract readonly accessLog: ILogGroup;
  /** The edge that the API is in front of. */
  abstract readonly edge: Edge;
  /** Whether each line of the access log is a JSON object with the status of the response. */
  protected abstract readonly logsStatus: boolean;

  /** The number of requests. */
  metricCount(props?: MetricOptions): Metric {
    return this.stage.metricCount(props);
  }

  /** The number of responses with status 4xx. */
  metricClientError(props?: MetricOptions): Metric {
    return this.stage.metricClientError(props);
  }

  /** The number of responses with status 5xx. */
  metricServerError(props?: MetricOptions): Metric {
    return this.stage.metricServerError(props);
  }

  /** The time from a request to its response, in milliseconds. */
  metricLatency(props?: MetricOptions): Metric {
    return this.stage.metricLatency(props);
  }

  /** The part of the latency that is spent in the cluster, in milliseconds. */
  metricIntegrationLatency(props?: MetricOptions): Metric {
    return this.stage.metricIntegrationLatency(props);
  }

  /**
   * Adds CloudWatch alarms for the thresholds that are set.
   * @param id the id of the construct, if there are several sets of alarms
   */
  addAlarms(props: EdgeAlarmsProps, id = 'Alarms'): EdgeAlarms {
    if (props.throttledRequests !== undefined && !this.logsStatus) {
      throw new ValidationError({
        code: 'NoEffect',
        path: this.edge.path,
        summary: 'Throttled requests are counted in the access log, whose format is another than the default.',
        fix: 'Leave `accessLogFormat` out, or create a metric filter and its alarm for the format.',
      });
    }
    return new EdgeAlarms(this, id, { name: this.edge.id, metrics: this.stage, log: this.accessLog }, props);
  }
}
